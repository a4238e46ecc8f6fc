"""Confirming an email address with the link that was mailed to it.

The reader of the mail need not be who signed up: a stranger can register somebody else's address,
log in, and wait for the owner to confirm it ("pre-hijacking", Sudhodanan and Paverd, USENIX
Security 2022). So one click is enough only in the browser that registered, or in one that is
logged in as this user. In any other browser the reader sets a new password, and the account
starts over: nothing that was set up before stays.
"""

from typing import Any

from flask_login import current_user

from app import mail
from app.audit import record
from app.auth import pages
from app.auth.models import Token
from app.auth.models.secret import digest
from app.auth.models.token import CONFIRM
from app.auth.models.user_mixin import UserMixin
from app.auth.users import user_model
from app.security.csrf import browser_id


def send(user: UserMixin, password_hash: str) -> None:
    """Mail a link that confirms the address with a click in this browser, which just registered.

    The password is then the one that was typed here, whoever else registered the address; ""
    stands for none, where the account comes from another site.
    """
    _send(user, password_hash, _browser())


def is_due(user: UserMixin | None) -> bool:
    """Return whether this is a user who still has to confirm."""
    return user is not None and not user.confirmed_at and not user.suspended_at


def resend(user: UserMixin | None, *, may_send: bool) -> bool:
    """Mail the link again to a user who still has to confirm; return whether it was mailed.

    A click is still enough where this very browser registered: asking for a mail proves nothing.
    """
    browser = _browser()
    password_hash = Token.newest_target(user.id if user else 0, CONFIRM, browser)
    if user is None or not is_due(user) or not may_send:
        return False
    _send(user, password_hash, None if password_hash is None else browser)
    return True


def send_to_owner(user: UserMixin) -> None:
    """Mail a link with which whoever reads it sets a new password."""
    _send(user, None, None)


def find(token: str) -> UserMixin | None:
    """Return the user whose address a valid link confirms. The link stays valid."""
    user = user_model().by_token(token, CONFIRM)
    return user if user and user.confirmed_at is None else None


def needs_password(token: str) -> bool:
    """Return whether this browser has to set a new password to confirm with a valid link."""
    row = Token.find(token, CONFIRM)
    return row is not None and not _is_logged_in(row) and not _registered(row)


def confirm(token: str) -> UserMixin | None:
    """Confirm with a click, once, where `needs_password` is false; None if it no longer works."""
    row = Token.find(token, CONFIRM)
    user = user_model().consume_token(token, CONFIRM)
    if user is None or user.confirmed_at:
        return None
    if not _is_logged_in(row) and row.target != user.password_hash:
        # Somebody else had registered the address before this browser did.
        user = user.replace_unconfirmed(password_hash=row.target)
    user.confirm()
    return user


def take_over(token: str, password_hash: str, **fields: object) -> UserMixin | None:
    """Confirm with a new password, once: an empty account takes the place of what was there."""
    user = user_model().consume_token(token, CONFIRM)
    if user is None or user.confirmed_at:
        return None
    return user.replace_unconfirmed(password_hash=password_hash, **fields)


def _send(user: UserMixin, password_hash: str | None, browser: bytes | None) -> None:
    token = Token.issue(user, CONFIRM, target=password_hash, browser=browser)
    url = pages.url("confirm_link", token=token)
    mail.send(user.email, "auth/emails/confirm", user=user, url=url)
    record("user.confirmation_sent", user.subject, actor=user.email)


def _is_logged_in(row: Any) -> bool:
    return current_user.is_authenticated and bool(current_user.id == row.user_id)


def _registered(row: Any) -> bool:
    return row.browser is not None and bool(row.browser == _browser())


def _browser() -> bytes | None:
    id = browser_id()
    return digest(id) if id else None
