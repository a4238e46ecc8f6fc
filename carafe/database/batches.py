"""Changes to many rows, without holding the write lock for long.

Deleting a row with its indexes and full text takes up to a third of a millisecond, so the
dependents of one row may block everyone else for many seconds. Delete those first, with
`delete_dependents`, and then the row.
"""

from collections.abc import Iterator
from functools import cache
from time import monotonic
from typing import cast

from sqlalchemy import (
    ColumnElement,
    Delete,
    ForeignKey,
    Table,
    Update,
    bindparam,
    delete,
    inspect,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from carafe.database.aliases import AnySelect
from carafe.database.base import Base, db

# Rows in one transaction: as many as fit into the time that others may wait.
BATCH_SIZE = 500
SMALLEST_CHUNK = 10
FIRST_CHUNK = 50
TARGET_SECONDS = 0.02


def delete_in_batches(model: type[object] | Table, where: ColumnElement[bool]) -> int:
    """Delete the rows of a model or table, and commit after each chunk; return how many.

    `where` needs an index, because each chunk looks up its rows again.
    """
    table = _table(model)
    return _in_chunks(table, where, delete(table))


def delete_dependents(model: type[object] | Table, where: ColumnElement[bool]) -> None:
    """Delete, in chunks, what foreign keys with `ON DELETE CASCADE` delete along with these rows.

    Keys with `SET NULL` are set. The caller deletes the rows themselves.
    """
    _delete_dependents(_table(model), where, ())


def _table(model: type[object] | Table) -> Table:
    return model if isinstance(model, Table) else cast(Table, inspect(model).local_table)


def _delete_dependents(table: Table, where: ColumnElement[bool], above: tuple[Table, ...]) -> None:
    for dependent_table, key in _references(table):
        if dependent_table is table or dependent_table in above:
            continue  # a cycle: the database follows it
        dependent = key.parent.in_(select(key.column).where(where))
        if key.ondelete == "CASCADE":
            _delete_dependents(dependent_table, dependent, (*above, table))
            delete_in_batches(dependent_table, dependent)
        elif key.ondelete == "SET NULL":
            _in_chunks(
                dependent_table, dependent, update(dependent_table).values({key.parent: None})
            )


def has_dependents(model: type[object] | Table, id: int, more_than: int) -> bool:
    """Return whether deleting the row with that ID would change more rows of one kind."""
    table = _table(model)
    query = _query_of_dependents(table)
    if query is None:
        return False
    return bool(db.session.scalar(query, {"id": id, "more_than": more_than}))


@cache
def _query_of_dependents(table: Table) -> AnySelect | None:
    [primary] = table.primary_key
    conditions = [
        dependents.offset(bindparam("more_than")).limit(1).exists()
        for dependents in _dependents(table, primary == bindparam("id"), ())
    ]
    return select(or_(*conditions)) if conditions else None


def _dependents(
    table: Table, where: ColumnElement[bool], above: tuple[Table, ...]
) -> Iterator[AnySelect]:
    for dependent_table, key in _references(table):
        if dependent_table is table or dependent_table in above:
            continue
        if key.ondelete not in ("CASCADE", "SET NULL"):
            continue
        dependent = key.parent.in_(select(key.column).where(where))
        yield select(literal(1)).select_from(dependent_table).where(dependent)
        if key.ondelete == "CASCADE":
            yield from _dependents(dependent_table, dependent, (*above, table))


def _references(table: Table) -> Iterator[tuple[Table, ForeignKey]]:
    for dependent_table in Base.metadata.tables.values():
        for key in dependent_table.foreign_keys:
            if key.column.table is table:
                yield dependent_table, key


def _in_chunks(table: Table, where: ColumnElement[bool], change: Update | Delete) -> int:
    keys = list(table.primary_key)
    size, total = min(BATCH_SIZE, FIRST_CHUNK), 0
    while True:
        begun = monotonic()
        if len(keys) == 1:
            is_in_chunk = keys[0].in_(select(keys[0]).where(where).limit(size))
        else:
            is_in_chunk = tuple_(*keys).in_(select(*keys).where(where).limit(size))
        count = len(db.session.execute(change.where(is_in_chunk).returning(*keys)).all())
        db.session.commit()
        total += count
        if count < size:
            return total
        fitting = int(size * TARGET_SECONDS / (monotonic() - begun))
        size = min(BATCH_SIZE, max(SMALLEST_CHUNK, fitting))
