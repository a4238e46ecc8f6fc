"""The cookie that tells the browsers of a user from those of strangers.

Whoever fails to log in uses up the tries of everyone who is like them. A browser in which the user
has logged in before is like no other: its failures are counted apart, so that nobody else can lock
it out. This is what OWASP calls a device cookie (Slow Down Online Guessing Attacks with Device
Cookies). It lets nobody in, names nobody, and is worth nothing once the password has changed.
"""

import hashlib
import re
import secrets
from datetime import timedelta

from flask import Response, after_this_request, current_app, request
from itsdangerous import Signer
from sqlalchemy import select

from carafe.auth.models import UserMixin
from carafe.auth.users import user_model
from carafe.database import db, read_transaction

LIFETIME = timedelta(days=365)
# People who share a browser. The newest log-in comes first.
USERS_PER_BROWSER = 4

# For each user a random name of the browser, and its signature.
PAIR = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})")


def is_sent() -> bool:
    """Return whether the browser has such a cookie, of whatever worth."""
    return _name() in request.cookies


def recognize(user: UserMixin) -> str | None:
    """Return a key to count by if `user` has logged in with this browser, else None."""
    return _recognize(user.id, user.password_hash)


def recognize_email(email: str) -> str | None:
    """Return a key to count by if the user with that address has logged in with this browser."""
    if not is_sent():
        return None
    with read_transaction():
        model = user_model()
        query = select(model.id, model.password_hash).where(model.email == email)
        row = db.session.execute(query).first()
    return _recognize(row.id, row.password_hash) if row else None


def give(user: UserMixin) -> None:
    """Have this browser recognized as one of the user's from now on."""
    name = secrets.token_urlsafe(16)
    signature = _signer().get_signature(_signed(name, user.id, user.password_hash)).decode()
    device = recognize(user)
    others = [pair for pair in _pairs() if device != f"{user.id}:{pair[0]}"]
    pairs = [(name, signature), *others][:USERS_PER_BROWSER]

    @after_this_request
    def set_cookie(response: Response) -> Response:
        config = current_app.config
        response.set_cookie(
            _name(),
            ".".join(part for pair in pairs for part in pair),
            max_age=LIFETIME,
            path=current_app.session_interface.get_cookie_path(current_app),
            secure=config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite=config["SESSION_COOKIE_SAMESITE"],
        )
        return response


def _recognize(user_id: int, password_hash: str) -> str | None:
    signer = _signer()
    for name, signature in _pairs():
        if signer.verify_signature(_signed(name, user_id, password_hash), signature):
            return f"{user_id}:{name}"
    return None


def _pairs() -> list[tuple[str, str]]:
    value = request.cookies.get(_name(), "")
    return PAIR.findall(value[: USERS_PER_BROWSER * 67])


def _signed(name: str, user_id: int, password_hash: str) -> bytes:
    return f"{name}:{user_id}:{password_hash}".encode()


def _signer() -> Signer:
    config = current_app.config
    # Itsdangerous signs with the last key and accepts all.
    keys = [*reversed(config["SECRET_KEY_FALLBACKS"]), config["SECRET_KEY"]]
    return Signer(keys, salt="device", key_derivation="hmac", digest_method=hashlib.sha256)


def _name() -> str:
    name: str = current_app.config["DEVICE_COOKIE_NAME"]
    return name
