"""Cross-origin requests to the API (CORS, Fetch standard, section 3.2).

Closed unless `API_ORIGINS` lists the other site. Scripts there need a token: credentials are never
allowed, so a browser sends no cookie.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, request

API_PREFIX = "/api/"
METHODS = "GET, POST, PUT, PATCH, DELETE"
HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match"
EXPOSED = (
    "Deprecation, ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, "
    "Retry-After, Sunset, X-Request-ID"
)
# How long a browser remembers the answer to a preflight request.
MAX_AGE_SECONDS = 2 * 60 * 60


def answer_preflight() -> Response | None:
    """Answer what a browser asks before it sends a script's request, or return None."""
    is_preflight = (
        request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    )
    if not is_preflight or not _is_allowed():
        return None
    response = current_app.response_class(status=204)
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = HEADERS
    response.headers["Access-Control-Max-Age"] = str(MAX_AGE_SECONDS)
    return response


def _is_allowed() -> bool:
    origins = current_app.config["API_ORIGINS"]
    return request.path.startswith(API_PREFIX) and request.headers.get("Origin") in origins


def add_headers(response: Response) -> Response:
    if current_app.config["API_ORIGINS"] and request.path.startswith(API_PREFIX):
        response.vary.add("Origin")
        if _is_allowed():
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response


def init_app(app: Flask) -> None:
    app.after_request(add_headers)
