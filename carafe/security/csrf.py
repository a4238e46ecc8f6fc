"""Cross-site request forgery: where a request comes from, and the token of our own forms.

Both must hold for every request that may change something. OWASP's CSRF Prevention Cheat Sheet
describes the two: Fetch metadata with `Origin` and `Referer` as fallbacks, and a token bound to
the session.

A token also says for whom the page with the form was made. It does not protect anything: it tells
what to do with a form that was sent after its session ended.
"""

import hmac
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, session
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature

from carafe.database.transactions import SAFE_METHODS
from carafe.security.refusals import refuse
from carafe.security.signing import Sha256Signer
from carafe.web.routing import current_policy

TOKEN_FIELD = "csrf_token"  # noqa: S105
# Where Flask-Login looks for who is logged in.
SESSION_KEY = "_user_id"
ORIGIN = re.compile(r"https?://[^/?#\\\s]+")
DEFAULT_PORTS = {"http": 80, "https": 443}
# Between the session's token and the page's user.
SEPARATOR = ".."
OLDEST_PAGE = timedelta(days=90)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["csrf_token"] = form_token
    app.extensions["csrf"] = Hooks(lambda: 0, lambda user_id: None)


class Hooks(NamedTuple):
    """Functions of the package for accounts, which this one doesn't know."""

    # Returns the ID of the user a page is made for, 0 for a visitor.
    page_user: Callable[[], int]
    # Responds to a form from a page made for this user in an earlier session.
    answer_old_form: Callable[[int], ResponseReturnValue | None]


def form_token() -> str:
    """Return the token for the forms of this page.

    It is valid as long as the session, so a form left open over lunch isn't lost.
    """
    token: str | None = g.get("form_token")
    if token is None:
        hooks: Hooks = current_app.extensions["csrf"]
        if TOKEN_FIELD not in session:
            session[TOKEN_FIELD] = secrets.token_hex(20)
        content = f"{session[TOKEN_FIELD]}{SEPARATOR}{hooks.page_user()}"
        token = g.form_token = _signer().sign(content).decode()
    return token


def check_csrf() -> ResponseReturnValue | None:
    if request.method in SAFE_METHODS or request.endpoint is None:
        return None
    has_token = "Authorization" in request.headers
    if current_policy().scope and (has_token or SESSION_KEY not in session):
        # The API token counts, not the cookie; no other site can make a browser send it. Without
        # either, nobody is logged in, which is what a program should learn.
        return None
    if not is_same_origin():
        message = "We blocked this request because it came from another site."
        refuse(403, "csrf.refused", "other_origin", message)
    if has_valid_token():
        return None
    user_id = page_user()
    hooks: Hooks = current_app.extensions["csrf"]
    answer = None if user_id is None else hooks.answer_old_form(user_id)
    message = "This form has expired. Go back, reload the page, and try again."
    return answer or refuse(400, "csrf.refused", "no_token", message)


def is_same_origin() -> bool:
    """Return whether the browser says that one of our own pages sent this, or says nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in ("same-origin", "none")
    if (origin := request.headers.get("Origin")) is not None:
        # Only an origin; "null" is that of a sandboxed frame, for example.
        return ORIGIN.fullmatch(origin) is not None and _is_own(origin)
    referrer = request.headers.get("Referer", "")
    return "://" not in referrer or _is_own(referrer)


def _is_own(url: str) -> bool:
    """Return whether a URL has the same origin as `PUBLIC_URL` or this request.

    Behind a proxy that doesn't send the scheme, an HTTPS site sees HTTP requests.
    """
    public_url = current_app.config["PUBLIC_URL"]
    scheme = "https" if public_url.startswith("https:") else request.scheme
    origins = _origin_of(public_url), _origin_of(f"{scheme}://{request.host}")
    origin = _origin_of(url)
    return origin is not None and origin in origins


def _origin_of(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host, and port of a URL (RFC 6454), or None if it is invalid."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.removesuffix("."), port


def has_valid_token() -> bool:
    try:
        token = _signer().unsign(_sent_token()).decode().partition(SEPARATOR)[0]
    except BadSignature:
        return False
    return hmac.compare_digest(token, session.get(TOKEN_FIELD, ""))


def page_user() -> int | None:
    """Return the user the form's page was made for: an ID, 0, or None if it isn't our page."""
    try:
        content = _signer().unsign(_sent_token(), max_age=int(OLDEST_PAGE.total_seconds()))
    except BadSignature:
        return None
    return int(content.decode().partition(SEPARATOR)[2])


def _sent_token() -> str:
    return request.form.get(TOKEN_FIELD) or request.headers.get("X-CSRFToken") or ""


def _signer() -> Sha256Signer:
    config = current_app.config
    return _signer_with((*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"]))


@cache
def _signer_with(keys: tuple[str, ...]) -> Sha256Signer:
    return Sha256Signer([*keys], salt="form token")


def browser_id() -> str | None:
    """Return an ID of this browser, or None before it was shown a form.

    It is random, stored in the session cookie, and changes with each login.
    """
    return session.get(TOKEN_FIELD)


def renders_token() -> bool:
    """Return whether the response contains a token, and so must not be cached."""
    return "form_token" in g
