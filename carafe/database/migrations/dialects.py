"""How Alembic changes a schema on each database, with our additions.

Alembic uses the class that was defined last for a dialect, so `migrations/env.py` imports these.
Migrations need not handle full-text tables, what a rebuild on SQLite loses, or PostgreSQL's enum
types.
"""

from __future__ import annotations

from typing import Any, cast

from alembic.ddl.impl import DefaultImpl
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations.batch import ApplyBatchImpl
from sqlalchemy import Connection, Index, Table

from carafe.database import fulltext
from carafe.database.aliases import AnyColumn
from carafe.database.migrations import enums
from carafe.database.migrations.rebuild import Rebuild


class WithSearch(DefaultImpl):
    """Full-text tables follow their table.

    An SQL script (`--sql`) only has what migrations declare.
    """

    def drop_table(self, table: Table, **kw: object) -> None:
        if self._searched(table.name):
            fulltext.drop(self.online, table.name)
        super().drop_table(table, **kw)

    def rename_table(self, old_table_name: str, new_table_name: str, schema: Any = None) -> None:
        if columns := self._searched(old_table_name):
            fulltext.drop(self.online, old_table_name)
        super().rename_table(old_table_name, new_table_name, schema)
        if columns:
            fulltext.create(self.online, new_table_name, columns)

    def alter_column(
        self, table_name: str, column_name: str, *, name: str | None = None, **kw: Any
    ) -> None:
        columns = self._searched(table_name) if name else []
        if column_name in columns:
            fulltext.drop(self.online, table_name)
        super().alter_column(table_name, column_name, name=name, **kw)
        if column_name in columns:
            renamed = [str(name) if column == column_name else column for column in columns]
            fulltext.create(self.online, table_name, renamed)

    def drop_column(self, table_name: str, column: AnyColumn, **kw: Any) -> None:
        if column.name in self._searched(table_name):
            raise fulltext.NeedsColumnError(table_name, column.name)
        super().drop_column(table_name, column, **kw)

    @property
    def online(self) -> Connection:
        """Return the database's connection, or None while a script is written."""
        return cast(Connection, self.connection)

    def _searched(self, table: str) -> list[str]:
        return [] if self.as_sql else fulltext.searched_columns(self.online, table)


class SQLite(WithSearch, SQLiteImpl):
    __dialect__ = "sqlite"

    # What is being rebuilt, and the indexes of what was rebuilt last.
    _rebuild: Rebuild | None = None
    _restored: set[str] = set()

    def prep_table_for_batch(self, batch_impl: ApplyBatchImpl, table: Table) -> None:
        super().prep_table_for_batch(batch_impl, table)
        if batch_impl.new_table is not None and not self.as_sql:
            self._rebuild = Rebuild(self.online, batch_impl, batch_impl.new_table)

    def rename_table(self, old_table_name: str, new_table_name: str, schema: object = None) -> None:
        rebuild = self._rebuild
        if rebuild is None or old_table_name != rebuild.temporary_name:
            super().rename_table(old_table_name, new_table_name, schema)
            return
        with rebuild.renaming():
            super().rename_table(old_table_name, new_table_name, schema)
        rebuild.finish()
        self._rebuild, self._restored = None, {index.name for index in rebuild.indexes}

    def create_index(self, index: Index, **kw: object) -> None:
        # After a rebuild, Alembic recreates those it knows.
        if index.name in self._restored:
            self._restored.discard(str(index.name))
        else:
            super().create_index(index, **kw)


class PostgreSQL(WithSearch, PostgresqlImpl):
    __dialect__ = "postgresql"

    def add_column(self, table_name: str, column: AnyColumn, **kw: Any) -> None:
        enums.create(self, column.type)
        super().add_column(table_name, column, **kw)

    def alter_column(
        self, table_name: str, column_name: str, *, type_: Any = None, **kw: Any
    ) -> None:
        enums.create(self, type_)
        with enums.dropping_unused(self, table_name):
            super().alter_column(table_name, column_name, type_=type_, **kw)

    def drop_column(self, table_name: str, column: AnyColumn, **kw: Any) -> None:
        with enums.dropping_unused(self, table_name):
            super().drop_column(table_name, column, **kw)

    def drop_table(self, table: Table, **kw: object) -> None:
        with enums.dropping_unused(self, table.name):
            super().drop_table(table, **kw)
