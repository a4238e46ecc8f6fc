"""Log in with an emailed link."""

from dataclasses import dataclass
from datetime import timedelta

from carafe.auth.accounts.authentication import NextStep, admit, is_other_user
from carafe.auth.accounts.errors import OtherUserError
from carafe.auth.accounts.form_limits import limit_form
from carafe.auth.accounts.mailed_links import redeem_link, request_link, user_of_link
from carafe.auth.models import Token, UserMixin
from carafe.auth.models.token import MAGIC_LINK
from carafe.auth.users import user_model
from carafe.database import db
from carafe.security.rate_limits import RateLimit

LINKS = RateLimit("magic link", 60, timedelta(hours=1))
LINK_MAILS = RateLimit("magic link:address", 5, timedelta(hours=1))

limit_magic_link_requests = limit_form(LINKS)


@dataclass(frozen=True)
class MagicLinkLogin:
    """A login by link: the next step, and whether it confirmed the address."""

    step: NextStep
    confirmed: bool


def request_magic_link(email: str) -> None:
    """Email a link that logs in, if the address has an account that isn't suspended.

    Response and time don't reveal whether it does.
    """
    request_link(email, LINK_MAILS, "auth/emails/magic_link", user_model().send_magic_link)


def user_of_magic_link(token: str) -> UserMixin:
    """Return the user whom a link logs in, without using it up. Raise `InvalidLinkError`."""
    return user_of_link(token, MAGIC_LINK)


def log_in_with_magic_link(
    token: str, *, remember: bool, switch_from: str | None
) -> MagicLinkLogin:
    """Use up a link, log in its user, and void their other login links.

    Raise `InvalidLinkError`, and `OtherUserError` before the link is used up (see `is_other_user`
    for `switch_from`). An unconfirmed account starts over empty: see `redeem_link`.
    """
    if is_other_user(user_of_magic_link(token).email, switch_from):
        raise OtherUserError
    user, confirmed = redeem_link(token, MAGIC_LINK)
    Token.revoke(user.id, MAGIC_LINK)
    step = admit(user, remember=remember)
    db.session.commit()
    return MagicLinkLogin(step, confirmed)
