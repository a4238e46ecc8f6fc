"""The audit trail."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from blinker import signal
from flask import current_app, has_request_context, request
from flask_login import current_user
from sqlalchemy import JSON, Index, String, Table, event, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from carafe.database import Base, binary_collated, db, partial_index
from carafe.database.aliases import JSONObject
from carafe.time import now

# Few events have an email address in their details: this index spares `forget` the others.
HAS_ADDRESS = text("CAST(details AS TEXT) LIKE '%@%'")


class AuditEvent(Base):
    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject", "id"),
        Index("ix_audit_event_actor", "actor", "id"),
        Index("ix_audit_event_action", "action"),
        partial_index("ix_audit_event_has_address", "id", where=HAS_ADDRESS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(binary_collated(50))
    # By value: "user:12" and an address still identify users after they are deleted.
    actor: Mapped[str | None] = mapped_column(binary_collated(320))
    subject: Mapped[str | None] = mapped_column(String(100))
    details: Mapped[JSONObject] = mapped_column(JSON)
    address: Mapped[str | None] = mapped_column(String(45))
    request_id: Mapped[str | None] = mapped_column(String(64))


# Entities refuse every change: the allowed ones bypass them.
EVENTS = cast(Table, AuditEvent.__table__)
# Nobody asks for the ID of an event that was just added.
_INSERT = insert(EVENTS).inline()

_acting: ContextVar[str] = ContextVar("acting", default="command line")


@dataclass(frozen=True, slots=True, eq=False)
class RecordedEvent:
    """An event as it was recorded. An `AuditEvent`, which isn't stored yet, takes ten times longer.

    The attributes are its columns.
    """

    at: datetime
    action: str
    actor: str | None
    subject: str | None
    details: JSONObject
    address: str | None = None
    request_id: str | None = None


# Sent with each `RecordedEvent`, in its transaction.
event_recorded = signal("recorded")


def record(
    action: str, subject: str | None = None, *, actor: str | None = None, **details: Any
) -> None:
    """Record an event in the caller's transaction, so it is committed with what it describes.

    `action` is a noun and a past participle, "user.suspended"; `subject` is its object, "user:12";
    `actor` is an email address, by default the current user's; `details` must be JSON without
    secrets.
    """
    values = _observed(action, subject, actor=actor, **details)
    append([values])
    event_recorded.send(RecordedEvent(**values))


def append(events: Sequence[Mapping[str, object]]) -> None:
    """Append many events, oldest first; for a single one, use `record`.

    Each has an `action`, and any other columns.
    """
    if not events:
        return
    defaults: dict[str, object] = {"at": now(), "actor": None, "subject": None, "details": {}}
    defaults |= {"address": None, "request_id": None}
    rows = [{**defaults, **event} for event in events]
    # Past the session, which only looks for models in it. A list makes other SQL than one row.
    db.session.connection().execute(_INSERT, rows if len(rows) > 1 else rows[0])


def _observed(action: str, subject: str | None, *, actor: str | None, **details: Any) -> JSONObject:
    """Return the columns of an event that happens now."""
    values: dict[str, object] = {"at": now(), "action": action, "subject": subject}
    if has_request_context():
        values["address"] = (request.remote_addr or "")[:45] or None
        values["request_id"] = request.environ.get("REQUEST_ID")
        if hasattr(current_app, "login_manager"):
            user = current_user._get_current_object()
            if administrator := getattr(user, "impersonator", None):
                # Whatever the caller passes: the impersonated user doesn't do this.
                actor = administrator.email
                details = details | {"as": f"user:{user.id}"}
            elif actor is None:
                actor = getattr(user, "email", None)
    elif actor is None:
        actor = _acting.get()
    return values | {"actor": actor, "details": details}


def acting_email() -> str | None:
    """Return the actor of what is recorded now: a user's address, or a name for others."""
    actor = _observed("", None, actor=None)["actor"]
    return None if actor is None else str(actor)


@contextmanager
def as_actor(actor: str) -> Iterator[None]:
    """Set the actor of events outside requests, such as in a job."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


@event.listens_for(AuditEvent, "before_insert")
@event.listens_for(AuditEvent, "before_update")
@event.listens_for(AuditEvent, "before_delete")
def _forbid_change(mapper: object, connection: object, target: AuditEvent) -> None:
    raise TypeError("The audit log is append-only. Use record().")
