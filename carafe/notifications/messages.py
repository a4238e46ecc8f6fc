"""Messages from admins, to all users or to one."""

from flask import abort
from sqlalchemy import select

from carafe.audit import record
from carafe.auth.models import UserMixin
from carafe.database import db
from carafe.notifications.models import Message, notify
from carafe.web.pagination import Page, paginate


def send_message(title: str, body: str, submission: str | None) -> bool:
    """Send a message to all users, and commit. Return False if `submission` did so already."""
    is_new = Message.send(title, body, submission)
    db.session.commit()
    return is_new


def send_message_to(user: UserMixin, title: str, body: str, submission: str | None) -> bool:
    """Send a message to one user, and commit. Return False if `submission` did so already."""
    key = f"form:{submission}" if submission else None
    is_new = notify(user.id, title, body, kind="message", key=key)
    if is_new:
        record("message.sent", user.subject, title=title)
    db.session.commit()
    return is_new


def withdraw_message(id: int) -> None:
    """Withdraw a message to all users, except from those who have opened it.

    404 if it is unknown.
    """
    message = db.session.get(Message, id) or abort(404)
    message.withdraw()
    db.session.commit()


def list_messages() -> Page:
    """Return a page of the messages to all users, latest first: title, body, time, and ID."""
    query = select(Message.title, Message.body, Message.created_at, Message.id)
    return paginate(query, Message.created_at, Message.id, descending=True)
