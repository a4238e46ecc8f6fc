"""Setting a new password with a link from a mail."""

from datetime import timedelta

from carafe.auth import passwords
from carafe.auth.accounts.authentication import forget_failures
from carafe.auth.accounts.errors import refuse_link
from carafe.auth.accounts.form_limits import limit_form
from carafe.auth.accounts.mail_requests import may_mail, pretend_to_mail
from carafe.auth.models import LinkedAccount
from carafe.auth.models.token import RESET
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.security.rate_limits import RateLimit

RESETS = RateLimit("reset", 60, timedelta(hours=1))
RESET_MAILS = RateLimit("reset:address", 5, timedelta(hours=1))

limit_reset_requests = limit_form(RESETS)


def request_reset(email: str) -> None:
    """Mail a link that sets a new password, if the address has an account that is not suspended.

    Outcome and time do not tell whether it has.
    """
    user = user_model().by_email(email)
    due = bool(user and not user.suspended_at)
    if may_mail(RESET_MAILS, email, due=due) and user:
        user.send_reset()
    else:
        pretend_to_mail("auth/emails/reset", email)
    db.session.commit()


def email_of_reset(token: str) -> str:
    """Return the address of the account whose password a link resets. The link stays valid.

    Raises `InvalidLinkError`.
    """
    with read_transaction():
        user = user_model().by_token(token, RESET)
    if user is None:
        refuse_link(RESET)
    return user.email


def reset_password(token: str, password: str) -> None:
    """Set the password of the account that a link was mailed to, once, and end its sessions.

    Raises `InvalidLinkError`, also where the link was used in the meantime. The password is hashed
    before the link is used up, which begins the transaction: hashing takes 24 ms. An address that
    was not confirmed is now, as its mail was read, and the account starts over empty: anyone who
    signed up with it may have been someone else.
    """
    password_hash = passwords.hash(password)

    user = user_model().consume_token(token, RESET)
    if user is None:  # someone used the link at the same time
        db.session.commit()
        refuse_link(RESET)
    # Anyone who reads mail at this address has shown that it is theirs.
    if user.confirmed_at is None:
        user = user.replace_unconfirmed()
    LinkedAccount.delete_unverified(user)
    user.change_password(password_hash)
    forget_failures(user)
    db.session.commit()
