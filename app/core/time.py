"""Time: aware in Python, UTC in the database."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import DateTime
from sqlalchemy.types import TypeDecorator

# As browsers abbreviate them in British English: app.js writes times anew, in the reader's zone.
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"]


def now() -> datetime:
    return datetime.now(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware `datetime`, stored in UTC. A naive one is refused: its zone would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A naive datetime cannot be stored; use app.core.time.now().")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        # SQLite keeps no zone; PostgreSQL answers in the session's.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def day(value: datetime) -> str:
    return f"{value.day:02} {MONTHS[value.month - 1]} {value.year}"


def init_app(app: Flask) -> None:
    # `f"{…}"` is a third of strftime's cost, and lists show one on every row.
    app.jinja_env.filters["iso"] = lambda value: value.isoformat(timespec="seconds")
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["minute"] = lambda v: f"{day(v)}, {v.hour:02}:{v.minute:02}"
