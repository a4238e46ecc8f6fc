"""Cross-site request forgery: where a request comes from, and the token of our own forms.

Both must hold for every request that may change something. OWASP's CSRF Prevention Cheat Sheet
describes the two: Fetch metadata with `Origin` and `Referer` as fallbacks, and a token bound to
the session.
"""

import re
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms import ValidationError

from app.core.database import READING_METHODS

FIELD = "csrf_token"
ORIGIN = re.compile(r"https?://[^/?#\\\s]+")
DEFAULT_PORTS = {"http": 80, "https": 443}


def init_app(app: Flask) -> None:
    # The token lives as long as the session: a form left open over lunch is not lost.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.jinja_env.globals["csrf_token"] = generate_csrf
    app.before_request(protect)


def protect() -> ResponseReturnValue | None:
    if request.method in READING_METHODS or request.endpoint is None:
        return None
    if not is_same_origin():
        abort(403, "This request came from another site and was not carried out.")
    if not has_token():
        abort(400, "This form is too old or incomplete. Go back, reload the page and try again.")
    return None


def is_same_origin() -> bool:
    """Whether the browser says that one of our own pages sent this, or says nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in ("same-origin", "none")
    if (origin := request.headers.get("Origin")) is not None:
        # Nothing but an origin; "null" is that of a sandboxed frame, say.
        return ORIGIN.fullmatch(origin) is not None and _is_own(origin)
    referrer = request.headers.get("Referer", "")
    return "://" not in referrer or _is_own(referrer)


def _is_own(url: str) -> bool:
    """Return whether a URL is of the same origin as `PUBLIC_URL` or as this request.

    Behind a proxy that says nothing of the scheme, an HTTPS site sees requests over HTTP.
    """
    public_url = current_app.config["PUBLIC_URL"]
    scheme = "https" if public_url.startswith("https:") else request.scheme
    own = _origin_of(public_url), _origin_of(f"{scheme}://{request.host}")
    origin = _origin_of(url)
    return origin is not None and origin in own


def _origin_of(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host, and port of a URL (RFC 6454), or None if they cannot be read."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.removesuffix("."), port


def has_token() -> bool:
    token = request.form.get(FIELD) or request.headers.get("X-CSRFToken")
    for key in [current_app.secret_key, *current_app.config["SECRET_KEY_FALLBACKS"]]:
        try:
            validate_csrf(token, secret_key=key)
        except ValidationError:
            continue
        return True
    return False


def browser_id() -> str | None:
    """Return what tells this browser from all others, or None before it was shown a form.

    It is random, stands in the session cookie, and changes with each login.
    """
    return session.get(FIELD)


def has_form() -> bool:
    """Whether the page being answered carries a token, and so must not be kept by caches."""
    return FIELD in g
