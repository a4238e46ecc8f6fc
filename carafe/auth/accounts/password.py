"""Changing the password of the current user, or setting their first."""

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
    """Return whether the current user has a password; one who signed up elsewhere may not."""
    with read_transaction():
        query = select(user_model().password_hash).where(user_model().id == current_user.id)
        return bool(db.session.scalar(query))


def fresh_login_without_password(view: View[P]) -> View[P]:
    """Decorate the views of the form: a fresh login takes the place of a missing password."""

    @wraps(view)
    def check(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not has_password() and not current_user.is_fresh:
            return reauthentication.require_fresh_login()
        return view(*args, **kwargs)

    return check


def change_password(current_password: str, password: str) -> None:
    """Change the current user's password, and log out their other devices.

    Raises `FieldError` for a wrong current password, `LimitReachedError` (429) after too many in
    this session, and 409 where the password was changed, or the user suspended, in the meantime:
    both passwords are hashed before the transaction that locks the user begins.
    """
    password_hash = reauthentication.verify_password(current_password)
    if not password_hash:
        raise FieldError("current_password", "Wrong password.")
    _save(password, password_hash)


def set_first_password(password: str) -> None:
    """Set the password of a user who has none, and log out their other devices.

    403 without a fresh login: see `fresh_login_without_password`. 409 where a password was set, or
    the user suspended, in the meantime.
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
