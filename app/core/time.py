"""Time: aware in Python, UTC in the database."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import DateTime
from sqlalchemy.types import TypeDecorator


def now() -> datetime:
    return datetime.now(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware `datetime`, stored in UTC. A naive one is refused: its zone would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

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


def init_app(app: Flask) -> None:
    # `f"{…}"` is a third of strftime's cost, and lists show one on every row.
    app.jinja_env.filters["iso"] = lambda value: value.isoformat(timespec="seconds")
    app.jinja_env.filters["day"] = lambda v: f"{v.year}-{v.month:02}-{v.day:02}"
    app.jinja_env.filters["minute"] = lambda v: (
        f"{v.year}-{v.month:02}-{v.day:02} {v.hour:02}:{v.minute:02}"
    )
