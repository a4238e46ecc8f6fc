"""Cross-site request forgery: where a request comes from, and the token of our own forms.

Both must hold for every request that may change something. OWASP's CSRF Prevention Cheat Sheet
describes the two: Fetch metadata with `Origin` as the fallback, and a token bound to the session.
"""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms import ValidationError

from app.core.database import READING_METHODS

FIELD = "csrf_token"


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
    origin = request.headers.get("Origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.host
    except ValueError:  # such as "http://["
        return False


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
