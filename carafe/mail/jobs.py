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
# The counter of sent emails.
SENT_COUNTER = "mails.sent"


def encrypt_message(message: Message) -> str:
    """Encrypt a message for the job table, which must not contain readable links."""
    return encryption.encrypt(json.dumps(asdict(message)).encode(), PURPOSE).decode()


# The last attempt is about nine hours after the first.
@job(
    queue="mail", retries=12, backoff=timedelta(seconds=8), timeout=timedelta(minutes=2), keep=False
)
def deliver(encrypted: str) -> None:
    """Pass an encrypted message to the transport. One without a recipient is only prepared."""
    message = Message(**json.loads(encryption.decrypt(encrypted.encode(), PURPOSE)))
    if message.to is None:
        return
    transport: Transport = current_app.extensions["mail_transport"]
    # Only the server's reply is reported: the text of the email may contain a token.
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
