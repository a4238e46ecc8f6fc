"""Emails that visitors request for an address, without revealing whether it has an account."""

from carafe import mail
from carafe.audit import record
from carafe.auth import pages
from carafe.auth.models import Token
from carafe.auth.users import user_model
from carafe.security.rate_limits import RateLimit


def may_mail(limit: RateLimit, email: str, *, due: bool) -> bool:
    """Count an email to an address, and return whether it may be sent.

    At the limit, nothing is sent, and the response is the same: strangers who submit someone's
    address can neither block that person's requests nor learn whether there is an account. An email
    that isn't `due` also counts, which takes as long, but not toward the address's limit: the
    address may belong to a user later.
    """
    return limit.take(email if due else f"nobody at {email}") and due


def pretend_to_mail(template: str, email: str) -> None:
    """Take as long as emailing a link: 1 ms less would reveal that the address is unknown."""
    url = pages.url("reset_link", token=Token.issue_dummy())
    nobody = user_model()()
    nobody.email = email
    mail.send_dummy(email, template, user=nobody, url=url)
    record("email.suppressed", actor=email)
