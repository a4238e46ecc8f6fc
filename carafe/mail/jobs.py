"""Delivering mail, as a job."""

import json
import logging
from dataclasses import asdict
from datetime import timedelta

from flask import current_app

from carafe.database import counters
from carafe.jobs import PermanentError, job
from carafe.jobs.run import QueueError, queue_works
from carafe.mail.errors import DeferredError, RejectedError, ServerError
from carafe.mail.message import Message
from carafe.mail.transports import Transport
from carafe.security import encryption

log = logging.getLogger(__name__)

PURPOSE = "mail"
# How many left, in `figures`.
SENT_COUNTER = "mails.sent"


def encrypt_message(message: Message) -> str:
    """A message as text for the job table, which must not hold its links readable."""
    return encryption.encrypt(json.dumps(asdict(message)).encode(), PURPOSE).decode()


# The last attempt is about nine hours after the first.
@job(
    queue="mail", retries=12, backoff=timedelta(seconds=8), timeout=timedelta(minutes=2), keep=False
)
def deliver(encrypted: str) -> None:
    """Hand a sealed message to the transport. One to nobody is only rehearsed."""
    message = Message(**json.loads(encryption.decrypt(encrypted.encode(), PURPOSE)))
    if message.to is None:
        return
    transport: Transport = current_app.extensions["mail_transport"]
    # What is told is the server's reply: the text of the mail may hold a token.
    try:
        transport.deliver(message)
    except ServerError as error:
        raise QueueError(error.reason, error.remedy) from None
    except DeferredError as error:
        queue_works()
        log.warning("sending email to %s failed: %s", message.to, error)
        raise
    except RejectedError as error:
        queue_works()
        log.warning("sending email to %s failed: %s", message.to, error)
        raise PermanentError(f"Can't send the email to {message.to}: {error}") from None
    queue_works()
    counters.increment(SENT_COUNTER)
