"""Audit events of rows that are created, edited, or deleted."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import inspect

from carafe.audit import AuditMixin, record
from carafe.database import Base, db


def subject(row: Base) -> str:
    """Return the audit subject of a row: its property `subject`, or "note:12"."""
    if isinstance(getattr(type(row), "subject", None), property):
        return str(row.subject)  # type: ignore[attr-defined]
    [id] = inspect(row).mapper.primary_key_from_instance(row)
    return f"{row.__tablename__}:{id}"


def record_change(row: Base, participle: str, **details: Any) -> None:
    """Record an event of a row, such as "note.edited"."""
    about = subject(row)
    record(f"{about.partition(':')[0]}.{participle}", about, **details)


def delete(row: Base) -> None:
    """Delete a row and record it: the default of the option `delete`."""
    if isinstance(row, AuditMixin):
        row.delete()
    else:
        record_change(row, "deleted")
        db.session.delete(row)


def private_names(row: Base, declared: Iterable[str]) -> list[str]:
    """Return the attributes whose values the audit must not show: the list's and the model's."""
    return [*declared, *(row.private if isinstance(row, AuditMixin) else ())]
