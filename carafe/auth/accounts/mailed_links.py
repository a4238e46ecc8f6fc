"""Emailed links that reset a password or log in, which prove that their reader owns the address."""

from collections.abc import Callable
from typing import NamedTuple

from carafe.auth.accounts.errors import refuse_link
from carafe.auth.accounts.mail_requests import may_mail, pretend_to_mail
from carafe.auth.models import LinkedAccount, UserMixin
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.security.rate_limits import RateLimit


class RedeemedLink(NamedTuple):
    """The user of a used link, and whether using it confirmed their address."""

    user: UserMixin
    confirmed: bool


def request_link(
    email: str, limit: RateLimit, template: str, send: Callable[[UserMixin], None]
) -> None:
    """Email a link if the address has an account that isn't suspended.

    Response and time don't reveal whether it does: otherwise, a dummy email is rendered from
    `template`.
    """
    user = user_model().by_email(email)
    due = bool(user and not user.suspended_at)
    if may_mail(limit, email, due=due) and user:
        send(user)
    else:
        pretend_to_mail(template, email)
    db.session.commit()


def user_of_link(token: str, purpose: str) -> UserMixin:
    """Return the user of a link, without using it up. Raise `InvalidLinkError`."""
    with read_transaction():
        user = user_model().by_token(token, purpose)
    if user is None:
        refuse_link(purpose)
    return user


def redeem_link(token: str, purpose: str) -> RedeemedLink:
    """Use up a link in the caller's transaction. Raise `InvalidLinkError`.

    Whoever reads email at an address owns it. So if the address wasn't confirmed, it is now, and
    the account starts over empty, because someone else may have signed up with it.
    """
    user = user_model().consume_token(token, purpose)
    if user is None:  # another request used the link at the same time
        db.session.commit()
        refuse_link(purpose)
    unconfirmed = user.confirmed_at is None
    if unconfirmed:
        user = user.replace_unconfirmed()
    LinkedAccount.delete_unverified(user)
    return RedeemedLink(user, unconfirmed)
