"""Change the current user's password, or set their first one."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import abort
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from carafe.auth import device_cookie, passwords, reauthentication
from carafe.auth.accounts.errors import FieldError
from carafe.auth.sessions import renew_session
from carafe.auth.users import user_model
from carafe.database import db, read_transaction

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def has_password() -> bool:
    """Return whether the current user has a password, which users of a provider may not have."""
    with read_transaction():
        query = select(user_model().password_hash).where(user_model().id == current_user.id)
        return bool(db.session.scalar(query))


def fresh_login_without_password(view: View[P]) -> View[P]:
    """Decorate the form's views: a fresh login replaces a missing password."""

    @wraps(view)
    def check(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not has_password() and not current_user.is_fresh:
            return reauthentication.require_fresh_login()
        return view(*args, **kwargs)

    return check


def change_password(current_password: str, password: str) -> None:
    """Change the current user's password, and log out their other devices.

    Raise `FieldError` for a wrong current password and `LimitReachedError` (429) after too many in
    this session. Respond with 409 if the password was changed or the user suspended in the
    meantime, because both passwords are hashed before the transaction that locks the user.
    """
    password_hash = reauthentication.verify_password(current_password)
    if not password_hash:
        raise FieldError("current_password", "Wrong password.")
    _save(password, password_hash)


def set_first_password(password: str) -> None:
    """Set the password of a user who has none, and log out their other devices.

    Respond with 403 without a fresh login (see `fresh_login_without_password`), and with 409 if a
    password was set or the user suspended in the meantime.
    """
    if not current_user.is_fresh:
        abort(403)
    _save(password, "")


def _save(password: str, current_hash: str) -> None:
    new_hash = passwords.hash(password)

    user = current_user.user
    if user.password_hash != current_hash or user.suspended_at:
        abort(409)
    user.change_password(new_hash, keep=current_user.session_id)
    renew_session()
    device_cookie.give(user)
    db.session.commit()
