"""From a view's call to the queue: mails leave after the commit, and not in the visitor's time."""

from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any

from flask import current_app, render_template

from app.mail.jobs import deliver, seal

# The answer leaves first. Delivering meanwhile made it 1 ms slower, and so told strangers that
# there is somebody to mail to (bench/timing.py).
HEAD_START = timedelta(seconds=0.03)


def send(to: str, template: str, **context: Any) -> None:
    """Send the mail in the folder `template` (`subject.txt`, `body.txt`, `body.html`) to `to`.

    Inside a transaction it leaves when that commits, and never if it is rolled back. Delivery is
    a job: no crash loses it, and what fails is tried again for hours.
    """
    _leave(compose(to, template, **context))


def rehearse(to: str, template: str, **context: Any) -> None:
    """Do all that `send` does but the delivery, and so take as long."""
    message = compose(to, template, **context)
    del message["To"]
    _leave(message)


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


def _leave(message: EmailMessage) -> None:
    deliver.with_(delay=HEAD_START).enqueue(seal(message))
