"""Cross-site request forgery: where a request comes from, and the token of our own forms.

Both must hold for every request that may change something. OWASP's CSRF Prevention Cheat Sheet
describes the two: Fetch metadata with `Origin` and `Referer` as fallbacks, and a token bound to
the session.

A token also says for whom the page with the form was made. It does not protect anything: it tells
what to do with a form that was sent after its session ended.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf, validate_csrf
from itsdangerous import BadSignature, TimestampSigner
from wtforms import ValidationError

from carafe.database.transactions import SAFE_METHODS
from carafe.security.refusals import refuse

TOKEN_FIELD = "csrf_token"  # noqa: S105
ORIGIN = re.compile(r"https?://[^/?#\\\s]+")
DEFAULT_PORTS = {"http": 80, "https": 443}
# Between the token of the session and the user of the page.
SEPARATOR = ".."
OLDEST_PAGE = timedelta(days=90)


def init_app(app: Flask) -> None:
    # The token lives as long as the session: a form left open over lunch is not lost.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.jinja_env.globals["csrf_token"] = form_token
    app.extensions["csrf"] = Hooks(lambda: 0, lambda user_id: None)
    app.before_request(check_csrf)


class Hooks(NamedTuple):
    """What accounts know, which are not this package's business."""

    # The ID of the user for whom a page is made, 0 for a visitor.
    page_user: Callable[[], int]
    # What to answer to a form of a page that was made for this user, in a session that is over.
    answer_old_form: Callable[[int], ResponseReturnValue | None]


def form_token() -> str:
    """Return the token that the forms of this page carry."""
    hooks: Hooks = current_app.extensions["csrf"]
    if "form_token" not in g:
        user = _signer().sign(str(hooks.page_user())).decode()
        g.form_token = f"{generate_csrf()}{SEPARATOR}{user}"
    return str(g.form_token)


def check_csrf() -> ResponseReturnValue | None:
    if request.method in SAFE_METHODS or request.endpoint is None:
        return None
    if not is_same_origin():
        message = "This request came from another site and was not carried out."
        refuse(403, "csrf.refused", "other_origin", message)
    if has_valid_token():
        return None
    hooks: Hooks = current_app.extensions["csrf"]
    user_id = page_user()
    answer = None if user_id is None else hooks.answer_old_form(user_id)
    message = "This form is too old or incomplete. Go back, reload the page and try again."
    return answer or refuse(400, "csrf.refused", "no_token", message)


def is_same_origin() -> bool:
    """Whether the browser says that one of our own pages sent this, or says nothing."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in ("same-origin", "none")
    if (origin := request.headers.get("Origin")) is not None:
        # Nothing but an origin; "null" is that of a sandboxed frame, for example.
        return ORIGIN.fullmatch(origin) is not None and _is_own(origin)
    referrer = request.headers.get("Referer", "")
    return "://" not in referrer or _is_own(referrer)


def _is_own(url: str) -> bool:
    """Return whether a URL is of the same origin as `PUBLIC_URL` or as this request.

    Behind a proxy that says nothing of the scheme, an HTTPS site sees requests over HTTP.
    """
    public_url = current_app.config["PUBLIC_URL"]
    scheme = "https" if public_url.startswith("https:") else request.scheme
    origins = _origin_of(public_url), _origin_of(f"{scheme}://{request.host}")
    origin = _origin_of(url)
    return origin is not None and origin in origins


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


def has_valid_token() -> bool:
    token = _sent_token().partition(SEPARATOR)[0]
    for key in [current_app.secret_key, *current_app.config["SECRET_KEY_FALLBACKS"]]:
        try:
            validate_csrf(token, secret_key=key)
        except ValidationError:
            continue
        return True
    return False


def page_user() -> int | None:
    """Return for whom the page with the form was made: a user's ID, 0, or None if not by us."""
    user = _sent_token().partition(SEPARATOR)[2]
    try:
        return int(_signer().unsign(user, max_age=int(OLDEST_PAGE.total_seconds())))
    except BadSignature:
        return None


def _sent_token() -> str:
    return request.form.get(TOKEN_FIELD) or request.headers.get("X-CSRFToken") or ""


def _signer() -> TimestampSigner:
    return TimestampSigner(
        [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]],
        salt="page user",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )


def browser_id() -> str | None:
    """Return what tells this browser from all others, or None before it was shown a form.

    It is random, stands in the session cookie, and changes with each login.
    """
    return session.get(TOKEN_FIELD)


def renders_token() -> bool:
    """Whether the page being answered carries a token, and so must not be kept by caches."""
    return TOKEN_FIELD in g
