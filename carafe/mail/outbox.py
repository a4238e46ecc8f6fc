"""From a view's call to the queue: mails leave after the commit, and not in the visitor's time."""

from dataclasses import replace
from datetime import timedelta
from email.utils import formatdate, make_msgid, parseaddr

from flask import current_app, render_template

from carafe.mail.jobs import deliver, encrypt_message
from carafe.mail.message import Message, one_line

# The answer leaves first. Delivering meanwhile made it 1 ms slower, and so told strangers that
# there is someone to mail to (bench/timing.py).
ENQUEUE_DELAY = timedelta(seconds=0.03)


def send(to: str, template: str, **context: object) -> None:
    """Send the mail in the folder `template` (`subject.txt`, `body.txt`, `body.html`) to `to`.

    Inside a transaction it leaves when that commits, and never if it is rolled back. Delivery is
    a job: no crash loses it, and what fails is tried again for hours.
    """
    _enqueue(compose(to, template, **context))


def send_dummy(to: str, template: str, **context: object) -> None:
    """Do all that `send` does but the delivery, and so take as long."""
    _enqueue(replace(compose(to, template, **context), to=None))


def compose(to: str, template: str, **context: object) -> Message:
    """Render a mail's three templates into one message."""
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
