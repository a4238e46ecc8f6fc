"""The audit events of a row, with the changes of each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_login import current_user
from sqlalchemy import select

from carafe.admin.columns import format_value, humanize
from carafe.audit import AuditEvent
from carafe.database import db

MAX_EVENTS = 20
# Events of the user that are searched for a form that was submitted before.
MAX_SUBMISSIONS = 50
EVENTS = select(AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.details)


@dataclass(frozen=True)
class FieldChange:
    """The change of a field. The values of private fields are not recorded."""

    name: str
    before: str
    after: str
    is_private: bool

    @property
    def label(self) -> str:
        return humanize(self.name)


@dataclass(frozen=True)
class Event:
    at: datetime
    action: str
    actor: str | None
    changes: Sequence[FieldChange]
    # Details other than changes.
    details: Mapping[str, object]


def latest_events(subject: str) -> list[Event]:
    """Return the latest events of a row, newest first."""
    query = EVENTS.where(AuditEvent.subject == subject).order_by(AuditEvent.id.desc())
    return [_event(*row) for row in db.session.execute(query.limit(MAX_EVENTS))]


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
        if details.get("submission") == submission:
            return int(subject.rpartition(":")[2])
    return None


def _event(at: datetime, action: str, actor: str | None, details: dict[str, object]) -> Event:
    changed = details.get("changes")
    changed = changed if isinstance(changed, dict) else {}
    changes = [_change(name, pair) for name, pair in changed.items()]
    other_details = {k: v for k, v in details.items() if k not in ("changes", "submission")}
    if {"before", "after"} <= other_details.keys():
        pair = [other_details.pop("before"), other_details.pop("after")]
        changes.append(_change("", pair))
    return Event(at, action, actor, changes, other_details)


def _change(name: str, pair: object) -> FieldChange:
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
    return FieldChange(name, format_value(before), format_value(after), pair is None)
