"""Confirm an email address with an emailed link.

The reader of the email may not be the person who signed up: a stranger can register someone else's
address, log in, and wait for the owner to confirm it ("pre-hijacking", Sudhodanan and Paverd,
USENIX Security 2022). So one click is enough only in the browser that registered, or in one that is
logged in as this user. In any other browser, the reader sets a new password, and the account starts
over: everything set up before is deleted.

In the browser that registered, the click also logs in: its user owns the address, and chose the
account's password in this browser. Every visitor who opens the form gets the cookie that identifies
the browser, so neither the cookie nor registering reveals anything about an account.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from flask_login import current_user

from carafe import mail
from carafe.audit import record
from carafe.auth import pages, passwords
from carafe.auth.accounts.authentication import (
    NextStep,
    admit,
    clear_failures,
    forget_failures,
)
from carafe.auth.accounts.errors import refuse_link
from carafe.auth.accounts.form_limits import limit_form
from carafe.auth.accounts.mail_requests import may_mail, pretend_to_mail
from carafe.auth.models import Token, UserMixin
from carafe.auth.models.secret import digest
from carafe.auth.models.token import CONFIRM
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.database.aliases import AnyRow
from carafe.security.csrf import browser_id
from carafe.security.rate_limits import RateLimit

RESENDS = RateLimit("resend", 60, timedelta(hours=1))
CONFIRMATION_MAILS = RateLimit("resend:address", 5, timedelta(hours=1))

limit_confirmation_requests = limit_form(RESENDS)


@dataclass(frozen=True)
class PendingConfirmation:
    """The address that a valid link confirms, and whether this browser has to set a password."""

    email: str
    needs_password: bool


def send(user: UserMixin, password_hash: str) -> None:
    """Email a link that confirms the address with a click in this browser, which just registered.

    The password is the one typed in this browser, even if others registered the address, too; "" if
    the account comes from a provider and has none.
    """
    _send(user, password_hash, _browser())


def request_confirmation(email: str) -> None:
    """Email the link again, if the address has an account that isn't confirmed.

    Response and time don't reveal whether it does. A click is still enough if this browser
    registered: requesting an email proves nothing.
    """
    user = user_model().by_email(email)
    due = user is not None and not user.confirmed_at and not user.suspended_at
    may_send = may_mail(CONFIRMATION_MAILS, email, due=due)
    browser = _browser()
    password_hash = Token.latest_target(user.id if user else 0, CONFIRM, browser)
    if user and may_send:
        _send(user, password_hash, None if password_hash is None else browser)
    else:
        pretend_to_mail("auth/emails/confirm", email)
    db.session.commit()


def send_to_owner(user: UserMixin) -> None:
    """Email a link with which its reader sets a new password."""
    _send(user, None, None)


def pending_confirmation(token: str) -> PendingConfirmation:
    """Return what a link confirms, without using it up. Raise `InvalidLinkError`."""
    with read_transaction():
        row, user = Token.find(token, CONFIRM), user_model().by_token(token, CONFIRM)
    if row is None or user is None or user.confirmed_at:
        refuse_link(CONFIRM)
    return PendingConfirmation(user.email, _needs_password(row))


def confirm_email(token: str) -> NextStep:
    """Use up a link that needs no password, confirm its address, and log its user in.

    Raise `InvalidLinkError`, also if it needs one. A second factor is still required.
    """
    row = Token.find(token, CONFIRM)
    if row is None or _needs_password(row):
        _refuse()
    logged_in = _is_logged_in(row)
    user = _redeem(token)
    if not logged_in and row.target != user.password_hash:
        # Someone else registered the address before this browser did.
        user = user.replace_unconfirmed(password_hash=row.target)
    user.confirm()
    clear_failures(user)
    step = NextStep.LOGGED_IN if logged_in else admit(user, remember=False)
    db.session.commit()
    return step


def confirm_email_with_password(token: str, password: str, **fields: object) -> None:
    """Use up a link, and replace the account by an empty, confirmed one with this password.

    Raise `InvalidLinkError`. The password is hashed before the transaction begins.
    """
    password_hash = passwords.hash(password)
    user = _redeem(token).replace_unconfirmed(password_hash=password_hash, **fields)
    forget_failures(user)
    db.session.commit()


def _redeem(token: str) -> UserMixin:
    user = user_model().consume_token(token, CONFIRM)
    if user is None or user.confirmed_at:
        _refuse()
    return user


def _refuse() -> NoReturn:
    db.session.commit()
    refuse_link(CONFIRM)


def _send(user: UserMixin, password_hash: str | None, browser: bytes | None) -> None:
    token = Token.issue(user, CONFIRM, target=password_hash, browser=browser)
    url = pages.url("confirm_link", token=token)
    mail.send(user.email, "auth/emails/confirm", user=user, url=url)
    record("user.confirmation_sent", user.subject, actor=user.email)


def _needs_password(row: AnyRow) -> bool:
    return not _is_logged_in(row) and not _registered(row)


def _is_logged_in(row: AnyRow) -> bool:
    return current_user.is_authenticated and bool(current_user.id == row.user_id)


def _registered(row: AnyRow) -> bool:
    return row.browser is not None and bool(row.browser == _browser())


def _browser() -> bytes | None:
    id = browser_id()
    return digest(id) if id else None
