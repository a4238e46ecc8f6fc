"""Who did what, when, from where. Append-only; the actor is kept by value, to outlive the user."""

from flask import Flask

from carafe.audit import jobs
from carafe.audit.changes import changes, fit_to_keep
from carafe.audit.jobs import forget, forget_in_chunks
from carafe.audit.models import AuditEvent, acting, acting_email, append, record, recorded

__all__ = [
    "AuditEvent",
    "acting",
    "acting_email",
    "append",
    "changes",
    "fit_to_keep",
    "forget",
    "forget_in_chunks",
    "jobs",
    "record",
    "recorded",
]


def init_app(app: Flask) -> None:
    """Importing `jobs` defines what is scheduled."""
