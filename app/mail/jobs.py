"""Delivering mail, as a job."""

import logging
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from flask import current_app

from app.core import figures
from app.jobs import JobTimeoutError, PermanentError, job
from app.mail.transports import Transport
from app.security import keyring

log = logging.getLogger(__name__)

PURPOSE = "mail"
# How many left, in `figures`.
SENT = "mails.sent"
# As it is, addresses with letters beyond ASCII included.
STORED = policy.default.clone(utf8=True)


def seal(message: EmailMessage) -> str:
    """A message as text for the job table, which must not hold its links readable."""
    return keyring.encrypt(message.as_bytes(policy=STORED), PURPOSE).decode()


# The last attempt is about nine hours after the first.
@job(
    queue="mail", retries=12, backoff=timedelta(seconds=8), timeout=timedelta(minutes=2), keep=False
)
def deliver(sealed: str) -> None:
    """Hand a sealed message to the transport. One to nobody is only rehearsed."""
    message = message_from_bytes(keyring.decrypt(sealed.encode(), PURPOSE), policy=STORED)
    if message["To"] is None:
        return
    transport: Transport = current_app.extensions["mail_transport"]
    try:
        transport.deliver(message)
    except JobTimeoutError:
        raise  # the server is slow, and may not be next time
    except Exception as error:
        # Without the text, which may hold a token.
        log.warning("mail to %s was not sent: %s", message["To"], error)
        if transport.may_recover(error):
            raise
        raise PermanentError(f"The mail to {message['To']} cannot be sent: {error}") from None
    figures.add(SENT)
