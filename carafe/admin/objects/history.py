"""The audit events of a row, with the changes of each field."""

from __future__ import annotations

from flask_login import current_user
from sqlalchemy import select

from carafe.admin.events import Event, build_event
from carafe.audit import AuditEvent
from carafe.database import db

MAX_EVENTS = 20
# Events of the user that are searched for a form that was submitted before.
MAX_SUBMISSIONS = 50
EVENTS = select(
    AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.subject, AuditEvent.details
)


def latest_events(subject: str | None = None, count: int = MAX_EVENTS) -> list[Event]:
    """Return the latest events, by default of all subjects, newest first."""
    query = EVENTS.order_by(AuditEvent.id.desc()).limit(count)
    if subject is not None:
        query = query.where(AuditEvent.subject == subject)
    # The page of a row does not repeat its name.
    return [
        build_event(at, action, actor, None if subject else about, details)
        for at, action, actor, about, details in db.session.execute(query)
    ]


def last_change(subject: str) -> Event | None:
    """Return the last of the latest events that changed a field, if any."""
    return next((event for event in latest_events(subject) if event.changes), None)


def created_by_submission(submission: str) -> int | None:
    """Return the ID of the row that the current user created with this form, if any."""
    query = select(AuditEvent.subject, AuditEvent.details).where(
        AuditEvent.actor == current_user.email
    )
    for subject, details in db.session.execute(
        query.order_by(AuditEvent.id.desc()).limit(MAX_SUBMISSIONS)
    ):
        if subject and details.get("submission") == submission:
            return int(subject.rpartition(":")[2])
    return None
