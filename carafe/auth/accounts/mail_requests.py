"""Mails that anybody can request for an address, which must not tell whether it has an account."""

from carafe import mail
from carafe.audit import record
from carafe.auth import pages
from carafe.auth.models import Token
from carafe.auth.users import user_model
from carafe.security.rate_limits import RateLimit


def may_mail(limit: RateLimit, email: str, *, due: bool) -> bool:
    """Count a mail to an address, and return whether it may be sent.

    At the limit nothing is sent, and nobody is told: a stranger who asks in someone's name neither
    keeps them from asking nor learns whether there is an account. A mail that is not `due` counts
    as well, which takes as long, but not for the address: it may be someone's one day.
    """
    return limit.take(email if due else f"nobody at {email}") and due


def pretend_to_mail(template: str, email: str) -> None:
    """Take as long as a mail with a link does: 1 ms less would say that the address is unknown."""
    url = pages.url("reset_link", token=Token.issue_dummy())
    nobody = user_model()()
    nobody.email = email
    mail.send_dummy(email, template, user=nobody, url=url)
    record("email.suppressed", actor=email)
