"""The audit trail."""

from datetime import datetime
from typing import Any

from blinker import signal
from flask import current_app, has_request_context, request
from flask_login import current_user
from sqlalchemy import JSON, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, bytewise, db
from app.core.time import now


class AuditEvent(Base):
    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject", "id"),
        Index("ix_audit_event_actor", "actor"),
        Index("ix_audit_event_action", "action"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    action: Mapped[str] = mapped_column(bytewise(50))
    # By value: "user:12" and an address still say who, when the user is gone.
    actor: Mapped[str | None] = mapped_column(bytewise(320))
    subject: Mapped[str | None] = mapped_column(String(100))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    address: Mapped[str | None] = mapped_column(String(45))
    request_id: Mapped[str | None] = mapped_column(String(64))


# Sent with each `AuditEvent`, in the transaction that keeps it.
recorded = signal("recorded")


def record(
    action: str, subject: str | None = None, *, actor: str | None = None, **details: Any
) -> None:
    """Note an event in the caller's transaction: it is kept exactly when what it tells of is.

    `action` is a noun and a past participle, "user.suspended"; `subject` what it was done to,
    "user:12"; `actor` an e-mail address, by default the signed-in user's; `details` must be JSON
    and hold no secret.
    """
    entry = AuditEvent(action=action, subject=subject, actor=actor, details=details)
    if has_request_context():
        entry.address = (request.remote_addr or "")[:45] or None
        entry.request_id = request.environ.get("REQUEST_ID")
        if actor is None and hasattr(current_app, "login_manager"):
            entry.actor = getattr(current_user, "email", None)
    elif actor is None:
        entry.actor = "command line"
    db.session.add(entry)
    recorded.send(entry)


@event.listens_for(AuditEvent, "before_update")
@event.listens_for(AuditEvent, "before_delete")
def _refuse(mapper: Any, connection: Any, target: AuditEvent) -> None:
    raise TypeError("The audit trail is append-only.")
