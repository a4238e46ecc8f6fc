"""Log in with the second factor, after any first factor."""

from typing import NoReturn

from flask import session

from carafe.auth import recovery_codes, two_factor
from carafe.auth.accounts.errors import FieldError
from carafe.auth.models import UserMixin
from carafe.auth.models.token import LOGIN_CHALLENGE
from carafe.auth.models.totp import InvalidCodeError
from carafe.auth.sessions import log_in_user
from carafe.auth.users import user_model
from carafe.database import db, read_transaction


class LoginExpiredError(Exception):
    """This browser has no pending login: it took too long, or the user changed."""


def challenged_user() -> UserMixin:
    """Return the user who showed a first factor in this browser. Raise `LoginExpiredError`."""
    with read_transaction():
        user = find_challenged()
    return user or expire()


def log_in_with_code(user: UserMixin, code: str) -> None:
    """Log in the challenged user with a code of their app or a recovery code.

    Raise `FieldError`, `LoginExpiredError`, and, after too many codes, `LimitReachedError` (429),
    of which the user is notified by email.

    The attempt counts before the code is checked, so that parallel attempts can't exceed the limit,
    and is refunded once the login is committed. The challenge is looked up again with the user's
    row locked, because it may have been used or the account changed in the meantime.
    """
    attempt = two_factor.count_attempt(user)
    typed = recovery_codes.read(user.id, code)

    challenged = find_challenged(lock=True)
    if challenged is None:
        expire()
    try:
        two_factor.use_code(challenged, typed)
    except InvalidCodeError as error:
        db.session.commit()
        raise FieldError("code", str(error)) from None
    passed = pass_challenge()
    db.session.commit()
    attempt.refund()
    if not passed:
        expire()


def find_challenged(*, lock: bool = False) -> UserMixin | None:
    """Return who showed a first factor in this browser, if nothing has changed since.

    `lock` blocks changes, and other requests with the same challenge, until this transaction ends.
    """
    token = session.get("challenge", "")
    user = user_model().by_token(token, LOGIN_CHALLENGE)
    if user and lock:
        user.lock()
        user = user_model().by_token(
            token, LOGIN_CHALLENGE
        )  # it may have been used while this request waited for the lock
    return user


def pass_challenge() -> bool:
    """Log in a user who showed the second factor; return False if the challenge was already used.

    The caller commits.
    """
    user = user_model().consume_token(session.get("challenge", ""), LOGIN_CHALLENGE)
    if user is None:
        return False
    log_in_user(user, remembered=session.get("remembered", False))
    return True


def expire() -> NoReturn:
    """Delete this browser's challenge, and raise `LoginExpiredError`."""
    session.pop("challenge", None)
    raise LoginExpiredError
