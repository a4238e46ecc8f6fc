"""Who did what, when, from where. Append-only; the actor is kept by value, to outlive the user."""

from flask import Flask

from app.audit import jobs
from app.audit.changes import changes, fit_to_keep
from app.audit.models import AuditEvent, acting, append, record, recorded
from app.audit.privacy import forget

__all__ = [
    "AuditEvent",
    "acting",
    "append",
    "changes",
    "fit_to_keep",
    "forget",
    "jobs",
    "record",
    "recorded",
]


def init_app(app: Flask) -> None:
    """Importing `jobs` defines what is scheduled."""
