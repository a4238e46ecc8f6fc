"""How many requests a program may send, and the headers that tell it what is left.

Each token has a quota per minute; so has each user whose pages use the API with their session. The
headers follow draft-ietf-httpapi-ratelimit-headers-10: structured fields with the quota's name, its
size and window in seconds, what remains, and the seconds until the window ends.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from time import time

from flask import Flask, Response, current_app, g

from carafe.auth.identity import current_identity
from carafe.security import RateLimit
from carafe.web.routing import current_policy

PERIOD = timedelta(minutes=1)
NAME = "requests"


def spend() -> None:
    """Count this request. Raise `LimitReachedError` (429)."""
    if not current_policy().scope or (identity := current_identity()) is None:
        return
    limit = RateLimit(f"api:{NAME}", current_app.config["API_REQUESTS_PER_MINUTE"], PERIOD)
    key = f"token:{identity.token_id}" if identity.token_id else f"user:{identity.id}"
    usage = limit.spend_one(key)
    g.api_usage = usage
    usage.ensure_allowed()


def add_headers(response: Response) -> Response:
    if (usage := g.get("api_usage")) is not None:
        seconds = ceil(PERIOD.total_seconds())
        response.headers["RateLimit-Policy"] = f'"{NAME}";q={usage.limit};w={seconds}'
        left = max(0, ceil(usage.expires - time()))
        response.headers["RateLimit"] = f'"{NAME}";r={usage.remaining};t={left}'
    return response


def init_app(app: Flask) -> None:
    app.before_request(spend)
    app.after_request(add_headers)
