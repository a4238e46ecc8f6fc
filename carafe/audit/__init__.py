"""Who did what, when, and from where. Append-only; actors are stored by value, to outlive users."""

from flask import Flask

from carafe.audit import (
    demo,
    jobs,  # noqa: F401  (it defines the jobs)
)
from carafe.audit.changes import changes
from carafe.audit.descriptions import DESCRIPTIONS, add_descriptions, description
from carafe.audit.mixin import AuditMixin
from carafe.audit.models import AuditEvent, RecordedEvent, event_recorded, record
from carafe.audit.phrases import PHRASES, add_phrases

__all__ = [
    "AuditEvent",
    "AuditMixin",
    "RecordedEvent",
    "add_descriptions",
    "add_phrases",
    "changes",
    "description",
    "event_recorded",
    "record",
]


def init_app(app: Flask) -> None:
    DESCRIPTIONS.init_app(app)
    PHRASES.init_app(app)
    demo.init_app(app)
