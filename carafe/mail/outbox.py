"""From a view's call to the queue: emails are sent after the commit, and after the response."""

from dataclasses import replace
from datetime import timedelta
from email.utils import formatdate, make_msgid, parseaddr

from flask import current_app, render_template

from carafe.mail.jobs import deliver, encrypt_message
from carafe.mail.message import Message, one_line

# The response is sent first. Delivering at the same time made it 1 ms slower, which revealed that
# there is someone to email (bench/timing.py).
ENQUEUE_DELAY = timedelta(seconds=0.03)


def send(to: str, template: str, **context: object) -> None:
    """Send the email in the folder `template` (`subject.txt`, `body.txt`, `body.html`) to `to`.

    In a transaction, it is sent when that commits, and never if it is rolled back. Delivery is a
    job: no crash loses it, and failures are retried for hours.
    """
    _enqueue(compose(to, template, **context))


def send_dummy(to: str, template: str, **context: object) -> None:
    """Do everything `send` does except the delivery, and so take as long."""
    _enqueue(replace(compose(to, template, **context), to=None))


def compose(to: str, template: str, **context: object) -> Message:
    """Render an email's three templates into a message."""
    sender = current_app.config["MAIL_FROM"]
    return Message(
        to=to,
        sender=sender,
        subject=one_line(render_template(f"{template}/subject.txt", **context)),
        date=formatdate(usegmt=True),
        id=make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2]),
        text=render_template(f"{template}/body.txt", **context),
        html=render_template(f"{template}/body.html", **context),
    )


def _enqueue(message: Message) -> None:
    deliver.with_options(delay=ENQUEUE_DELAY).enqueue(encrypt_message(message))
