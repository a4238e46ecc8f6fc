"""Who did what, when, from where. Append-only; the actor is kept by value, to outlive the user."""

from flask import Flask

from carafe.audit import jobs
from carafe.audit.changes import changes, drop_unredactable
from carafe.audit.jobs import forget, forget_in_chunks
from carafe.audit.models import AuditEvent, acting_email, append, as_actor, event_recorded, record

__all__ = [
    "AuditEvent",
    "acting_email",
    "append",
    "as_actor",
    "changes",
    "drop_unredactable",
    "event_recorded",
    "forget",
    "forget_in_chunks",
    "jobs",
    "record",
]


def init_app(app: Flask) -> None:
    """Importing `jobs` defines what is scheduled."""
