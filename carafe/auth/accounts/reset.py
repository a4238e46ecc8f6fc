"""Set a new password with an emailed link."""

from datetime import timedelta

from carafe.auth import passwords
from carafe.auth.accounts.authentication import forget_failures
from carafe.auth.accounts.form_limits import limit_form
from carafe.auth.accounts.mailed_links import redeem_link, request_link, user_of_link
from carafe.auth.models.token import RESET
from carafe.auth.users import user_model
from carafe.database import db
from carafe.security.rate_limits import RateLimit

RESETS = RateLimit("reset", 60, timedelta(hours=1))
RESET_MAILS = RateLimit("reset:address", 5, timedelta(hours=1))

limit_reset_requests = limit_form(RESETS)


def request_reset(email: str) -> None:
    """Email a link that sets a new password, if the address has an account that isn't suspended.

    Response and time don't reveal whether it does.
    """
    request_link(email, RESET_MAILS, "auth/emails/reset", user_model().send_reset)


def email_of_reset(token: str) -> str:
    """Return the email address of the account that a link resets, without using the link up.

    Raise `InvalidLinkError`.
    """
    return user_of_link(token, RESET).email


def reset_password(token: str, password: str) -> None:
    """Use up a link, set the password of its user, and end their sessions.

    Raise `InvalidLinkError`, also if the link was used in the meantime. The password is hashed
    before the transaction begins, because hashing takes 26 ms. An unconfirmed account starts over
    empty: see `redeem_link`.
    """
    password_hash = passwords.hash(password)

    user, _ = redeem_link(token, RESET)
    user.change_password(password_hash)
    forget_failures(user)
    db.session.commit()
