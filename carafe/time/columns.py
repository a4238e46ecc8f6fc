"""The column type for times."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# Converts what the driver returns of a column.
ResultProcessor = Callable[[Any], datetime | None]


class UTCDateTime(TypeDecorator[datetime]):
    """An aware `datetime`, stored in UTC. Refuse naive ones, whose zone would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("Naive datetimes can't be stored. Use carafe.time.now().")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> ResultProcessor:
        # One function instead of SQLAlchemy's three: a list has four times in each row.
        return _parse_stored if dialect.name == "sqlite" else _to_utc


def _parse_stored(value: str | None) -> datetime | None:
    """Return a time that SQLite stores as text, without a zone."""
    if value is None:
        return None
    time = datetime.fromisoformat(value)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _to_utc(value: datetime | None) -> datetime | None:
    """Return a time that PostgreSQL returns in the session's zone."""
    return None if value is None else value.astimezone(UTC)
