"""What a SQLite table loses when a batch migration rebuilds it, and how it is restored.

SQLite changes little of a table in place. Alembic's "move and copy" creates another table from what
reflection sees, copies the rows, drops the old table, and renames the new one. Reflection doesn't
see AUTOINCREMENT, collations, triggers, indexes on expressions, and the sort order of an index; and
the counter of AUTOINCREMENT is lost with the dropped table. The steps are those of SQLite's "Making
Other Kinds Of Table Schema Changes" (https://sqlite.org/lang_altertable.html).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from alembic.operations.batch import ApplyBatchImpl
from sqlalchemy import Connection, String, Table

from carafe.database import fulltext
from carafe.database.migrations import counters
from carafe.database.sqlite import register_sqlite_functions, sqlite_driver

UNKNOWN_COLLATION = re.compile("no such collation sequence: (.+)")
TABLE, INDEX, TRIGGER = "table", "index", "trigger"
# A view may select from a table, and a trigger may write to one, that is created later.
ORDER = [TABLE, INDEX, "view", TRIGGER]


class Item(NamedTuple):
    """A row of `sqlite_master`."""

    type: str
    name: str
    table: str
    sql: str


class Rebuild:
    """The rebuild of a table, from before the copy until after the rename."""

    def __init__(self, connection: Connection, batch: ApplyBatchImpl, new_table: Table):
        self.connection = connection
        self.table = str(batch.table.name)
        self.temporary_name = batch.temp_table_name
        # By their old names, which are still their keys.
        self.columns = {name: str(column.name) for name, column in batch.columns.items()}
        self.new_table = new_table
        dropped = {str(index.name) for index in batch.table.indexes} - set(batch.indexes)
        items = schema(connection)
        items_of_table = [item for item in items if item.table == self.table]
        self.indexes = [
            item for item in items_of_table if item.type == INDEX and item.name not in dropped
        ]
        self._refuse_indexes_without_columns()
        self.counter = counters.largest_ids(connection).get(self.table)
        self.searched = fulltext.searched_columns(connection, self.table)
        search = fulltext.trigger_names(self.table) if self.searched else ()
        self.triggers = [
            item for item in items_of_table if item.type == TRIGGER and item.name not in search
        ]
        self._rename_columns(items)
        with _scratch([item for item in items_of_table if item.type == TABLE]) as scratch:
            self._keep_autoincrement(scratch, batch)
            for column in batch.table.columns.keys() & self.columns.keys():
                self._keep_collation(scratch, column)
        if self.searched:
            self.searched = [self._renamed(name) for name in self.searched]
            fulltext.drop(connection, self.table)

    def _renamed(self, column: str) -> str:
        if column not in self.columns:
            raise fulltext.NeedsColumnError(self.table, column)
        return self.columns[column]

    def _refuse_indexes_without_columns(self) -> None:
        # SQLite would treat the name of a column that no longer exists as text.
        for index in self.indexes:
            rows = self.connection.exec_driver_sql(f'PRAGMA index_info("{index.name}")')
            for gone in {row.name for row in rows if row.name} - set(self.columns):
                raise RuntimeError(
                    f"The index {index.name} needs the column {gone}. Before the column, drop "
                    f'the index: batch_op.drop_index("{index.name}")'
                )

    def _rename_columns(self, items: list[Item]) -> None:
        """Let SQLite itself rename columns in the text of indexes and triggers, in a copy."""
        renamed = {old: new for old, new in self.columns.items() if old != new}
        if not renamed:
            return
        with _scratch(items) as scratch:
            for old, new in renamed.items():
                scratch.execute(f'ALTER TABLE "{self.table}" RENAME COLUMN "{old}" TO "{new}"')
            texts = dict(scratch.execute("SELECT name, sql FROM sqlite_master").fetchall())
        self.indexes = [index._replace(sql=texts[index.name]) for index in self.indexes]
        self.triggers = [trigger._replace(sql=texts[trigger.name]) for trigger in self.triggers]

    def _keep_autoincrement(self, scratch: sqlite3.Connection, batch: ApplyBatchImpl) -> None:
        has_it = batch.table_kwargs.get("sqlite_autoincrement", _has_sequences(scratch))
        self.new_table.dialect_options["sqlite"]["autoincrement"] = has_it
        if not has_it:
            self.counter = None

    def _keep_collation(self, scratch: sqlite3.Connection, name: str) -> None:
        collation, column = _collation(scratch, self.table, name), self.new_table.c[name]
        if collation is None:
            return
        if not isinstance(column.type, String):
            raise RuntimeError(
                f"{self.table}.{name} has the collation {collation}, which {column.type!r} "
                "cannot have. Give the column a type that can, or write the SQL by hand."
            )
        if column.type.collation is None:
            column.type = column.type.adapt(type(column.type), collation=collation)

    @contextmanager
    def renaming(self) -> Iterator[None]:
        """Ignore views and triggers of other tables that name the missing table."""
        self.connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
        try:
            yield
        finally:
            self.connection.exec_driver_sql("PRAGMA legacy_alter_table=OFF")

    def finish(self) -> None:
        """Restore what the old table had on the new one, which now has its name."""
        run = self.connection.exec_driver_sql
        if self.counter is not None:
            counters.set_largest_id(self.connection, self.table, self.counter)
        for item in (*self.indexes, *self.triggers):
            run(item.sql)
        if self.searched:
            fulltext.create(self.connection, self.table, self.searched)
        if self.triggers:
            self._check_triggers()

    def _check_triggers(self) -> None:
        """Compile each kind of statement, because SQLite doesn't compile triggers before."""
        names = [column.name for column in self.new_table.c if not column.computed]
        columns = ", ".join(f'"{name}" = "{name}"' for name in names)
        for statement in (
            f'INSERT INTO "{self.table}" DEFAULT VALUES',
            f'UPDATE "{self.table}" SET {columns}',  # noqa: S608  # nosec B608
            f'DELETE FROM "{self.table}"',  # noqa: S608  # nosec B608
        ):
            self.connection.exec_driver_sql(f"EXPLAIN {statement}").close()


def schema(connection: Connection) -> list[Item]:
    """Return the rows of `sqlite_master`, in an order in which they can be created again."""
    rows = connection.exec_driver_sql(
        "SELECT type, name, tbl_name, sql FROM sqlite_master"
        r" WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY rowid"
    )
    return sorted((Item(*row) for row in rows), key=lambda item: ORDER.index(item.type))


def has_autoincrement(connection: Connection, table: str) -> bool:
    """Return whether SQLite never assigns an ID of this table twice."""
    with _scratch([item for item in schema(connection) if item[:2] == (TABLE, table)]) as scratch:
        return _has_sequences(scratch)


@contextmanager
def _scratch(items: list[Item]) -> Iterator[sqlite3.Connection]:
    """Create a schema in memory, to query how SQLite understands it."""
    connection = sqlite_driver().connect(":memory:")
    existing = "SELECT 1 FROM sqlite_master WHERE name = ?"
    try:
        register_sqlite_functions(connection)
        for item in items:
            # A virtual table creates some others itself.
            if connection.execute(existing, (item.name,)).fetchone() is None:
                connection.execute(item.sql)
        yield connection
    finally:
        connection.close()


def _has_sequences(connection: sqlite3.Connection) -> bool:
    # SQLite creates this table with the first one that has AUTOINCREMENT.
    sequences = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
    return connection.execute(sequences).fetchone() is not None


def _collation(scratch: sqlite3.Connection, table: str, column: str) -> str | None:
    """Return the collation of a column; None for SQLite's default."""
    try:
        scratch.execute(f'CREATE INDEX probe ON "{table}" ("{column}")')
    except scratch.OperationalError as error:
        # The app's own collations, which only its connections have.
        if match := UNKNOWN_COLLATION.search(str(error)):
            return match[1]
        raise
    [name] = [row[4] for row in scratch.execute("PRAGMA index_xinfo(probe)") if row[5]]
    scratch.execute("DROP INDEX probe")
    return None if name == "BINARY" else str(name)
