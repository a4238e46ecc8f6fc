"""Who did what, when, from where. Append-only; the actor is kept by value, to outlive the user."""

from flask import Flask

from app.audit.models import AuditEvent, record
from app.audit.privacy import forget

__all__ = ["AuditEvent", "forget", "record"]


def init_app(app: Flask) -> None:
    """Nothing to wire: the features below call `record`."""
