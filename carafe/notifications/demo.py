"""Sample notifications: messages to everyone, and security notifications."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import delete, func, insert, select

from carafe import demo
from carafe.auth import pages
from carafe.database import db
from carafe.demo import Scenario
from carafe.notifications.models import Inbox, Message, Notification
from carafe.notifications.security import BODY
from carafe.web.urls import endpoint_path

# Prefix of these messages' submissions, which those of forms never have.
SUBMISSION = "demo-"
MESSAGES = [
    (41, "Welcome aboard", "Thanks for joining us early. Reply to any email to reach us."),
    (16, "Search is faster", "Results now appear while you type, on every list."),
    (1, "Maintenance on Sunday", "We're moving to a larger server at 6:00 AM UTC."),
]
# Days ago, kind, title, text, whether it was read.
NOTIFICATIONS = [
    (34, "security", "Password changed", BODY, True),
    (9, "security", "New login from Safari on iPhone", BODY, True),
    (2, "info", "Your data export is ready", "Download it within 7 days.", False),
    (0, "security", "New login from Firefox on Windows", BODY, False),
]


def load(scenario: Scenario) -> None:
    rows = [_message(scenario, number) for number in range(len(MESSAGES))]
    newest_id = db.session.scalar(select(func.max(Message.id)))
    url = endpoint_path(pages.endpoint("activity")) if pages.exists("activity") else ""
    for days, kind, title, body, is_read in NOTIFICATIONS:
        at = scenario.at - timedelta(days=days, hours=1, minutes=41)
        read_at = at + timedelta(hours=1) if is_read else None
        row = {"created_at": at, "read_at": read_at, "kind": kind, "title": title, "body": body}
        rows.append({**row, "url": url, "key": None})
    rows.sort(key=lambda row: str(row["created_at"]))
    for person in scenario.accounts:
        db.session.execute(insert(Notification), [{**row, "user_id": person.id} for row in rows])
        db.session.add(Inbox(user_id=person.id, message_id=newest_id))


def _message(scenario: Scenario, number: int) -> dict[str, object]:
    """Send a message to everyone, and return the copy of a user who existed then."""
    days, title, body = MESSAGES[number]
    created_at = scenario.at - timedelta(days=days, minutes=23)
    submission = f"{SUBMISSION}{number}"
    message = Message(title=title, body=body, created_at=created_at, submission=submission)
    db.session.add(message)
    db.session.flush()
    actor = scenario.admin.email
    scenario.add_event(created_at, "message.sent", message.subject, actor, title=title)
    row = {"created_at": created_at, "kind": "message", "title": title, "body": body, "url": ""}
    return {**row, "key": message.subject, "read_at": created_at if number < 2 else None}


def remove(scenario: Scenario) -> None:
    """Delete the messages. The notifications are deleted with the users."""
    db.session.execute(delete(Message).where(Message.submission.startswith(SUBMISSION)))


def init_app(app: Flask) -> None:
    demo.add(app, load, remove=remove, stage=demo.Stage.ENGINE)
