"""What `flask db migrate` and `flask db check` compare in addition to Alembic."""

from __future__ import annotations

from alembic.autogenerate import comparators
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import DropTableOp, UpgradeOps
from alembic.util import DispatchPriority
from flask import current_app
from sqlalchemy import Connection

from carafe.database import db, fulltext
from carafe.database.indexes import complete_indexes
from carafe.database.migrations.operations import AddSearch, RemoveSearch, SetAutoincrement
from carafe.database.migrations.rebuild import has_autoincrement


@comparators.dispatch_for("schema", priority=DispatchPriority.FIRST)
def complete(context: AutogenContext, upgrade: UpgradeOps, schemas: object) -> None:
    """Give partial indexes their conditions for both databases, before they are compared."""
    complete_indexes(db.metadata)


@comparators.dispatch_for("schema", priority=DispatchPriority.LAST)
def compare_searches(context: AutogenContext, upgrade: UpgradeOps, schemas: object) -> None:
    """Compare the declared searches with the existing full-text tables."""
    declared, existing = fulltext.declared(current_app), fulltext.searched_tables(_of(context))
    tables = {table.name for table in context.sorted_tables}
    dropped = {op.table_name for op in upgrade.ops if isinstance(op, DropTableOp)}
    for table, columns in existing.items():
        is_known = table in tables or table in dropped
        if is_known and sorted(declared.get(table, [])) != sorted(columns):
            # First: neither the table nor a column can be dropped while it is searched.
            upgrade.ops.insert(0, RemoveSearch(table, columns))
    for table, columns in declared.items():
        if table in tables and sorted(existing.get(table, [])) != sorted(columns):
            upgrade.ops.append(AddSearch(table, columns))


@comparators.dispatch_for("schema", priority=DispatchPriority.LAST)
def compare_autoincrement(context: AutogenContext, upgrade: UpgradeOps, schemas: object) -> None:
    """Compare AUTOINCREMENT, which Alembic doesn't detect."""
    connection = _of(context)
    if connection.dialect.name != "sqlite":
        return
    for op in upgrade.ops:
        if isinstance(op, DropTableOp) and has_autoincrement(connection, op.table_name):
            # For the downgrade.
            op.table_kw["sqlite_autoincrement"] = True
    existing = set(context.inspector.get_table_names())
    for table in context.sorted_tables:
        is_declared = bool(table.dialect_options["sqlite"]["autoincrement"])
        if table.name in existing and is_declared != has_autoincrement(connection, table.name):
            upgrade.ops.append(SetAutoincrement(table.name, is_declared))


def _of(context: AutogenContext) -> Connection:
    connection = context.connection
    if connection is None:
        raise RuntimeError("Without a database there is nothing to compare with.")
    return connection
