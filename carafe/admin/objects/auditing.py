"""How the audit names a row, and what it keeps of one that is made, changed or deleted."""

from typing import Any

from sqlalchemy import inspect

from carafe.audit import record
from carafe.database import db


def subject(row: Any) -> str:
    """As the model says by a property `subject`, or by table and number: "note:12"."""
    if isinstance(getattr(type(row), "subject", None), property):
        return str(row.subject)
    [number] = inspect(row).mapper.primary_key_from_instance(row)
    return f"{row.__tablename__}:{number}"


def record_change(row: Any, done: str, **details: Any) -> None:
    """Record what was done to a row: "note.edited"."""
    about = subject(row)
    record(f"{about.partition(':')[0]}.{done}", about, **details)


def delete(row: Any) -> None:
    """How rows are deleted whose model has no verb for it."""
    record_change(row, "deleted")
    db.session.delete(row)
