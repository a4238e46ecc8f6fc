"""From a view's call to the transport: after the commit, and not in the visitor's time."""

import atexit
import logging
import queue
import threading
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any

from flask import Flask, current_app, render_template
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.database import db
from app.mail.transports import Transport

log = logging.getLogger(__name__)

PENDING = "mails"
RETRY_AFTER_SECONDS = [1, 10, 60]
DRAIN_SECONDS = 10
# The answer leaves first. Delivering meanwhile made it 1 ms slower, and so told strangers that
# there is somebody to mail to (bench/timing.py).
HEAD_START_SECONDS = 0.03


def send(to: str, template: str, **context: Any) -> None:
    """Send the mail in the folder `template` (`subject.txt`, `body.txt`, `body.html`) to `to`.

    Inside a transaction it leaves when that commits, and never if it is rolled back. Delivery is
    in the background and tried again; what fails for good is logged.
    """
    _leave(compose(to, template, **context))


def rehearse(to: str, template: str, **context: Any) -> None:
    """Do all that `send` does but the delivery, and so take as long."""
    message = compose(to, template, **context)
    del message["To"]
    _leave(message)


def _leave(message: EmailMessage) -> None:
    session = db.session()
    if session.in_transaction():
        session.info.setdefault(PENDING, []).append(message)
    else:
        _outbox().put(message)


def compose(to: str, template: str, **context: Any) -> EmailMessage:
    """Render a mail's three templates into one message."""
    sender = current_app.config["MAIL_FROM"]
    message = EmailMessage()
    message["Subject"] = render_template(f"{template}/subject.txt", **context).strip()
    message["From"], message["To"] = sender, to
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    # Out-of-office replies to mails that a program wrote help nobody (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(render_template(f"{template}/body.txt", **context))
    message.add_alternative(render_template(f"{template}/body.html", **context), subtype="html")
    return message


class Outbox:
    """A queue of messages and the one thread that delivers them."""

    def __init__(self, transport: Transport):
        self.transport = transport
        self.head_start_seconds = HEAD_START_SECONDS
        self.queue: queue.SimpleQueue[tuple[EmailMessage, int]] = queue.SimpleQueue()
        self.unsent = 0
        self.changed = threading.Condition()
        self.thread: threading.Thread | None = None

    def put(self, message: EmailMessage) -> None:
        with self.changed:
            self.unsent += 1
            # Started with the first mail: a server forks its workers before that.
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._work, name="outbox", daemon=True)
                self.thread.start()
        self.queue.put((message, 0))

    def drain(self, seconds: float = DRAIN_SECONDS) -> bool:
        """Wait until all that was put is delivered or given up; False when time ran out."""
        with self.changed:
            return self.changed.wait_for(lambda: self.unsent == 0, seconds)

    def _work(self) -> None:
        while True:
            message, attempt = self.queue.get()
            time.sleep(self.head_start_seconds)
            if self._deliver(message, attempt):
                with self.changed:
                    self.unsent -= 1
                    self.changed.notify_all()

    def _deliver(self, message: EmailMessage, attempt: int) -> bool:
        """Whether the message is done with: delivered, given up, or only rehearsed."""
        if message["To"] is None:
            return True
        try:
            self.transport.deliver(message)
        except Exception as error:
            if attempt == len(RETRY_AFTER_SECONDS) or not self.transport.may_recover(error):
                # Without the text, which may hold a token.
                log.error("mail to %s was not sent: %s", message["To"], error)
                return True
            delay = RETRY_AFTER_SECONDS[attempt]
            log.warning("mail to %s is tried again in %s s: %s", message["To"], delay, error)
            # Not waited for here: one address that does not work must not hold up the others.
            again = threading.Timer(delay, self.queue.put, [(message, attempt + 1)])
            again.daemon = True
            again.start()
            return False
        return True

    def finish(self) -> None:
        """Before the process ends: send what is left, or say what could not be."""
        if not self.drain():
            log.error("%s mails were not sent before the process ended", self.unsent)


def _outbox() -> Outbox:
    return current_app.extensions["outbox"]  # type: ignore[no-any-return]


@event.listens_for(Session, "after_commit")
def _release(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint: the transaction may still be rolled back
    for message in session.info.pop(PENDING, ()):
        _outbox().put(message)


@event.listens_for(Session, "after_rollback")
def _discard(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(PENDING, None)


def init_app(app: Flask) -> None:
    outbox = Outbox(app.extensions["mail_transport"])
    app.extensions["outbox"] = outbox
    atexit.register(outbox.finish)
