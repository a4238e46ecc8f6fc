"""What the audit knows of one row: what was done to it, by whom and when, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_login import current_user
from sqlalchemy import select

from carafe.admin.columns import format_value, humanize
from carafe.audit import AuditEvent
from carafe.database import db

MAX_ROWS = 20
# Among so many of the latest events of the one signed in a form sent twice is looked for.
RECENT = 50
EVENTS = select(AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.details)


@dataclass(frozen=True)
class FieldChange:
    """Of one field. Where it is private, it is only known that it changed."""

    name: str
    before: Any
    after: Any
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
    # What else is known.
    details: Mapping[str, Any]


def latest_events(subject: str) -> list[Event]:
    """The last events about a row, newest first."""
    about = EVENTS.where(AuditEvent.subject == subject).order_by(AuditEvent.id.desc())
    return [_event(*row) for row in db.session.execute(about.limit(MAX_ROWS))]


def last_change(subject: str) -> Event | None:
    """The last event that changed a field, as far as one of the latest did."""
    return next((event for event in latest_events(subject) if event.changes), None)


def created_by_submission(submission: str) -> int | None:
    """The number of the row that this form, sent by the one signed in, has made already."""
    own = select(AuditEvent.subject, AuditEvent.details).where(
        AuditEvent.actor == current_user.email
    )
    for subject, details in db.session.execute(own.order_by(AuditEvent.id.desc()).limit(RECENT)):
        if details.get("submission") == submission:
            return int(subject.rpartition(":")[2])
    return None


def _event(at: datetime, action: str, actor: str | None, details: dict[str, Any]) -> Event:
    changed = details.get("changes")
    changed = changed if isinstance(changed, dict) else {}
    found = [_change(name, pair) for name, pair in changed.items()]
    rest = {k: v for k, v in details.items() if k not in ("changes", "submission")}
    if {"before", "after"} <= rest.keys():
        found.append(_change("", [rest.pop("before"), rest.pop("after")]))
    return Event(at, action, actor, found, rest)


def _change(name: str, pair: Any) -> FieldChange:
    before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, None)
    return FieldChange(name, format_value(before), format_value(after), pair is None)
