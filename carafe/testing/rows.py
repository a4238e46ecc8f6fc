"""A row in each table, whatever its columns, to find or to miss."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

from sqlalchemy import Table, insert
from sqlalchemy.exc import IntegrityError

from carafe.database import db
from carafe.database.aliases import AnyColumn

THEIRS = 4711
SAMPLES: dict[type, object] = {
    bool: False,
    bytes: b"x",
    date: date(2026, 2, 28),
    datetime: datetime(2026, 2, 28, tzinfo=UTC),
    Decimal: Decimal(1),
    dict: {},
    float: 1.0,
    int: 1,
    list: [],
    str: "x",
    time: time(15, 30),
    timedelta: timedelta(1),
    UUID: UUID(int=1),
}


def sample(column: AnyColumn) -> object:
    """Return a value that fits a column of any type."""
    kind = column.type.python_type
    if column.foreign_keys:
        return THEIRS
    if issubclass(kind, Enum):
        return next(iter(kind))
    if enums := getattr(column.type, "enums", None):
        return enums[0]
    return next((SAMPLES[base] for base in kind.__mro__ if base in SAMPLES), None)


def owners(table: Table) -> list[AnyColumn]:
    """Return the columns of a table that refer to a row's owner."""
    users = db.metadata.tables["user"]
    return [column for column in table.c if column.references(users.c.id)]


def has_numbers(table: Table) -> bool:
    return "id" in table.c and table.c.id.type.python_type is int


def plant(user_id: int, tables: Iterable[Table]) -> None:
    """Insert a row with the ID `THEIRS` into each table with numeric IDs, owned by the user."""
    tables = [table for table in tables if has_numbers(table) and table.name != "user"]
    for table in reversed(tables):
        db.session.execute(table.delete().where(table.c.id == THEIRS))
    for table in tables:
        row = {column.name: sample(column) for column in table.c if _is_needed(column)}
        row |= {column.name: user_id for column in owners(table)[:1]} | {"id": THEIRS}
        try:
            with db.session.begin_nested():
                db.session.execute(insert(table).values(row))
        except IntegrityError:
            assert not owners(table), f"no row fits into {table.name}"  # others may be missing
    db.session.commit()


def clear(tables: Iterable[Table]) -> None:
    """Delete the rows that belong to a user."""
    for table in reversed(list(tables)):
        if owners(table) and has_numbers(table):
            db.session.execute(table.delete().where(table.c.id == THEIRS))
    db.session.commit()


def _is_needed(column: AnyColumn) -> bool:
    return not (column.nullable or column.default or column.server_default)
