"""Many rows at once, without holding the write lock for long.

Deleting a row with its indexes and full text takes up to a third of a millisecond, so what goes
along with one row may hold up everybody else for many seconds. Delete that first, with
`delete_dependents`, and then the row.
"""

from collections.abc import Iterator
from functools import cache
from time import monotonic
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Select,
    Table,
    bindparam,
    delete,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from carafe.database import Base, db

# Rows in one transaction: as many as fit into the time that others may wait.
BATCH_SIZE = 500
SMALLEST_CHUNK = 10
FIRST_CHUNK = 50
TARGET_SECONDS = 0.02


def delete_in_batches(model: Any, where: ColumnElement[bool]) -> int:
    """Delete the rows of a model or table, and commit after each chunk; return how many.

    `where` needs an index: each chunk looks for its rows anew.
    """
    table: Table = getattr(model, "__table__", model)
    return _in_chunks(table, where, delete(table))


def delete_dependents(model: Any, where: ColumnElement[bool]) -> None:
    """Delete in chunks what goes along with these rows, by foreign keys `ON DELETE CASCADE`.

    Where a key says `SET NULL`, it is set. The rows themselves stay, for the caller to delete.
    """
    _delete_dependents(getattr(model, "__table__", model), where, ())


def _delete_dependents(table: Table, where: ColumnElement[bool], above: tuple[Table, ...]) -> None:
    for other, key in _references(table):
        if other is table or other in above:
            continue  # a circle: the database follows it
        dependent = key.parent.in_(select(key.column).where(where))
        if key.ondelete == "CASCADE":
            _delete_dependents(other, dependent, (*above, table))
            delete_in_batches(other, dependent)
        elif key.ondelete == "SET NULL":
            _in_chunks(other, dependent, update(other).values({key.parent: None}))


def has_dependents(model: Any, id: int, more_than: int) -> bool:
    """Return whether more rows of one kind would change if the row of that id were deleted."""
    table: Table = getattr(model, "__table__", model)
    query = _query_of_dependents(table)
    if query is None:
        return False
    return bool(db.session.scalar(query, {"id": id, "more_than": more_than}))


@cache
def _query_of_dependents(table: Table) -> Select[Any] | None:
    [primary] = table.primary_key
    found = [
        dependents.offset(bindparam("more_than")).limit(1).exists()
        for dependents in _dependents(table, primary == bindparam("id"), ())
    ]
    return select(or_(*found)) if found else None


def _dependents(
    table: Table, where: ColumnElement[bool], above: tuple[Table, ...]
) -> Iterator[Select[Any]]:
    for other, key in _references(table):
        if other is table or other in above or key.ondelete not in ("CASCADE", "SET NULL"):
            continue
        dependent = key.parent.in_(select(key.column).where(where))
        yield select(literal(1)).select_from(other).where(dependent)
        if key.ondelete == "CASCADE":
            yield from _dependents(other, dependent, (*above, table))


def _references(table: Table) -> Iterator[tuple[Table, ForeignKey]]:
    for other in Base.metadata.tables.values():
        for key in other.foreign_keys:
            if key.column.table is table:
                yield other, key


def _in_chunks(table: Table, where: ColumnElement[bool], change: Any) -> int:
    keys = list(table.primary_key)
    size, total = min(BATCH_SIZE, FIRST_CHUNK), 0
    while True:
        begun = monotonic()
        if len(keys) == 1:
            chosen = keys[0].in_(select(keys[0]).where(where).limit(size))
        else:
            chosen = tuple_(*keys).in_(select(*keys).where(where).limit(size))
        count = len(db.session.execute(change.where(chosen).returning(*keys)).all())
        db.session.commit()
        total += count
        if count < size:
            return total
        fitting = int(size * TARGET_SECONDS / (monotonic() - begun))
        size = min(BATCH_SIZE, max(SMALLEST_CHUNK, fitting))
