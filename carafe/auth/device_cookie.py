"""The cookie that distinguishes a user's own browsers from strangers'.

Failed logins use up the attempts of everyone in the same network or with the same address. The
failures of a browser in which the user has logged in before are counted separately, so that nobody
else can lock it out. OWASP calls this a device cookie (Slow Down Online Guessing Attacks with
Device Cookies). It logs nobody in, identifies nobody, and is void once the password changes.
"""

import hashlib
import re
import secrets
from datetime import timedelta
from functools import cache

from flask import Response, after_this_request, current_app, request
from itsdangerous import Signer
from sqlalchemy import select

from carafe.auth.models import UserMixin
from carafe.auth.users import user_model
from carafe.database import db, read_transaction

LIFETIME = timedelta(days=365)
# People who share a browser. The most recent login comes first.
USERS_PER_BROWSER = 4

# A random name of the browser for each user, and its signature.
PAIR = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})")


def is_sent() -> bool:
    """Return whether the browser sent such a cookie, valid or not."""
    return _name() in request.cookies


def recognize(user: UserMixin) -> str | None:
    """Return a rate limit key if `user` has logged in with this browser, else None."""
    return _recognize(user.id, user.password_hash)


def recognize_email(email: str) -> str | None:
    """Return a rate limit key if the user with that address has logged in with this browser."""
    if not is_sent():
        return None
    with read_transaction():
        model = user_model()
        query = select(model.id, model.password_hash).where(model.email == email)
        row = db.session.execute(query).first()
    return _recognize(row.id, row.password_hash) if row else None


def give(user: UserMixin) -> None:
    """Recognize this browser as one of the user's from now on."""
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
    # itsdangerous signs with the last key and accepts all of them.
    return _signer_with((*reversed(config["SECRET_KEY_FALLBACKS"]), config["SECRET_KEY"]))


@cache
def _signer_with(keys: tuple[str, ...]) -> Signer:
    return Signer(keys, salt="device", key_derivation="hmac", digest_method=hashlib.sha256)


def _name() -> str:
    name: str = current_app.config["DEVICE_COOKIE_NAME"]
    return name
