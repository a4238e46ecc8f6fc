"""Logging in with a link from a mail."""

from dataclasses import dataclass
from datetime import timedelta

from carafe.auth.accounts.authentication import NextStep, admit, is_other_user
from carafe.auth.accounts.errors import OtherUserError, refuse_link
from carafe.auth.accounts.form_limits import limit_form
from carafe.auth.accounts.mail_requests import may_mail, pretend_to_mail
from carafe.auth.models import LinkedAccount, Token, UserMixin
from carafe.auth.models.token import MAGIC_LINK
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.security.rate_limits import RateLimit

LINKS = RateLimit("magic link", 60, timedelta(hours=1))
LINK_MAILS = RateLimit("magic link:address", 5, timedelta(hours=1))

limit_magic_link_requests = limit_form(LINKS)


@dataclass(frozen=True)
class MagicLinkLogin:
    """A login by link: what comes next, and whether it confirmed the address."""

    step: NextStep
    confirmed: bool


def request_magic_link(email: str) -> None:
    """Mail a link that logs in, if the address has an account that is not suspended.

    Outcome and time do not tell whether it has.
    """
    user = user_model().by_email(email)
    due = bool(user and not user.suspended_at)
    if may_mail(LINK_MAILS, email, due=due) and user:
        user.send_magic_link()
    else:
        pretend_to_mail("auth/emails/magic_link", email)
    db.session.commit()


def user_of_magic_link(token: str) -> UserMixin:
    """Return the user whom a link logs in. It stays valid. Raises `InvalidLinkError`."""
    with read_transaction():
        user = user_model().by_token(token, MAGIC_LINK)
    if user is None:
        refuse_link(MAGIC_LINK)
    return user


def log_in_with_magic_link(
    token: str, *, remember: bool, switch_from: str | None
) -> MagicLinkLogin:
    """Log in the user to whom a link was mailed, once, and void their other links for that.

    Raises `InvalidLinkError`, and `OtherUserError` before the link is used up: see
    `is_other_user` for `switch_from`. An address that was not confirmed is now, as its mail was
    read, and the account starts over empty: anyone who signed up may have been someone else.
    """
    if is_other_user(user_of_magic_link(token).email, switch_from):
        raise OtherUserError
    user = user_model().consume_token(token, MAGIC_LINK)
    if user is None:  # someone used the link at the same time
        db.session.commit()
        refuse_link(MAGIC_LINK)
    # Anyone who reads mail at this address has shown that it is theirs.
    unconfirmed = user.confirmed_at is None
    if unconfirmed:
        user = user.replace_unconfirmed()
    LinkedAccount.delete_unverified(user)
    Token.revoke(user.id, MAGIC_LINK)
    step = admit(user, remember=remember)
    db.session.commit()
    return MagicLinkLogin(step, unconfirmed)
