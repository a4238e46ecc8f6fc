"""Email changes: the request, its link, and the link that undoes it."""

from datetime import timedelta

from flask import abort
from flask_login import current_user

from carafe.auth import email_change
from carafe.auth.accounts.errors import FieldError, LoginRequiredError, refuse_link
from carafe.auth.identity import is_logged_in
from carafe.auth.models import Token
from carafe.auth.models.token import EMAIL_CHANGE, EMAIL_UNDO, RESET
from carafe.auth.models.user_mixin import EmailTakenError
from carafe.auth.sessions import log_out_user
from carafe.database import db
from carafe.security.rate_limits import Attempt, RateLimit

EMAIL_CHANGES = RateLimit("email", 10, timedelta(hours=1))
# Per account and address, and per address. The second one is higher, so that no single account
# keeps others from an address they own.
CHANGE_MAILS = RateLimit("email:account", 5, timedelta(hours=1))
CHANGE_MAILS_BY_ADDRESS = RateLimit("email:address", 20, timedelta(hours=1))

OTHER_ACCOUNT = (
    "This link belongs to another account. Log out, log in to the account whose address "
    "you are changing, and open the link again."
)


def pending_email() -> str | None:
    """Return the address that the current user requested and has not confirmed yet."""
    return email_change.pending(current_user.id)


def request_email_change(email: str) -> None:
    """Email a link that changes the current user's address.

    Raise `FieldError` for the current address, and `LimitReachedError` (429) after too many
    requests. The requester doesn't learn whether the address has an account: its owner gets an
    email.
    """
    if email == current_user.email:
        raise FieldError("email", "That's already your email address.")
    account = str(current_user.id)
    Attempt(
        [
            *EMAIL_CHANGES.counters(account),
            *CHANGE_MAILS.counters(account, email),
            *CHANGE_MAILS_BY_ADDRESS.counters(email),
        ]
    ).spend()
    email_change.request(current_user.user, email)
    db.session.commit()


def cancel_email_change() -> None:
    """Void the link that would change the current user's address."""
    email_change.cancel(current_user.user)
    db.session.commit()


def email_of_change(token: str) -> str:
    """Return the new address in a link, without using the link up.

    Raise `InvalidLinkError`, and for other users the same as `change_email`.
    """
    email = email_change.target_email(token, EMAIL_CHANGE)
    if email is None:
        refuse_link(EMAIL_CHANGE)
    _check_requester(token)
    return email


def change_email(token: str) -> str:
    """Use up a link, change the current user's address as it says, and return the address.

    Raise `InvalidLinkError`, also if another account already has the address; and
    `LoginRequiredError` or 403 if someone else requested the change.
    """
    _check_requester(token)
    try:
        user = email_change.apply(token)
    except EmailTakenError:
        user = None
    db.session.commit()
    if user is None:
        refuse_link(EMAIL_CHANGE)
    return user.email


def _check_requester(token: str) -> None:
    """Refuse a browser that isn't logged in as the user who requested the change.

    The reader of the email may own the address without having requested anything. The button would
    give it to the account of someone else, who knows its password and factors.
    """
    user_id = email_change.requester(token)
    if user_id is None:
        return
    if not is_logged_in():
        raise LoginRequiredError
    if current_user.id != user_id:
        abort(403, OTHER_ACCOUNT)


def email_of_undo(token: str) -> str:
    """Return the address that a link restores, without using it up. Raise `InvalidLinkError`."""
    email = email_change.target_email(token, EMAIL_UNDO)
    if email is None:
        refuse_link(EMAIL_UNDO)
    return email


def undo_email_change(token: str) -> tuple[str, str]:
    """Use up a link, restore its address, and lock out everyone else.

    Return the address, and the token of a link that sets a new password: like a reset link, the
    link proves who reads the email. Raise `InvalidLinkError`, and `EmailTakenError` if another
    account has the address, which its reader may know.
    """
    user = email_change.revert(token)
    if user is None:
        db.session.commit()
        refuse_link(EMAIL_UNDO)
    reset = Token.issue(user, RESET)
    log_out_user()
    db.session.commit()
    return user.email, reset
