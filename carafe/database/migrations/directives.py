"""What `flask db migrate` does with the detected changes before it writes them to a file."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import click
import sqlalchemy as sa
from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateTableOp,
    DropColumnOp,
    DropTableOp,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
)
from alembic.script import ScriptDirectory, write_hooks

from carafe.database.aliases import AnyColumn
from carafe.database.migrations.operations import Comment

# Alembic's name of a revision without a message.
HASH = re.compile("[0-9a-f]{12}")

# Values of existing rows in a new column whose model has no default.
EMPTY: list[tuple[type, object]] = [
    (sa.Enum, None),
    (sa.String, ""),
    (sa.Boolean, "0"),
    (sa.Numeric, "0"),
    (sa.Integer, "0"),
    (sa.JSON, "{}"),
    (sa.DateTime, sa.text("CURRENT_TIMESTAMP")),
    (sa.Date, sa.text("CURRENT_DATE")),
]


def process(scripts: ScriptDirectory, directives: list[MigrationScript], *, compared: bool) -> None:
    """Number a migration and, if the changes were `compared`, complete them."""
    if compared and directives[0].upgrade_ops and directives[0].upgrade_ops.is_empty():
        directives.clear()
        click.echo("No changes: the database is what the models say. No file was written.")
        return
    for number, script in enumerate(directives, next_number(scripts)):
        if HASH.fullmatch(script.rev_id or ""):
            script.rev_id = f"{number:04}"
        if compared and script.upgrade_ops:
            complete(script)
            for op in script.upgrade_ops.ops:
                if isinstance(op, Comment):
                    click.echo(op.text)


def next_number(scripts: ScriptDirectory) -> int:
    """Return the number after the largest one of all migrations."""
    numbers = [
        int(script.revision) for script in scripts.walk_revisions() if script.revision.isdigit()
    ]
    return max(numbers, default=0) + 1


def complete(script: MigrationScript) -> None:
    """Fill new NOT NULL columns, and ask about possible renames."""
    for container in script.upgrade_ops, script.downgrade_ops:
        if container is not None:
            container.ops = [new for op in container.ops for new in _filled(op)]
    if upgrade := script.upgrade_ops:
        upgrade.ops = [*_renamed_tables(upgrade.ops), *_renamed_columns(upgrade.ops), *upgrade.ops]


def _filled(op: MigrateOperation) -> Iterator[MigrateOperation]:
    """Give each new NOT NULL column of a table a value, or split it into two steps."""
    if not isinstance(op, ModifyTableOps):
        yield op
        return
    later: list[AddColumnOp] = []
    for place, change in enumerate(op.ops):
        if not isinstance(change, AddColumnOp) or not _needs_value(change.column):
            continue
        name = f"{op.table_name}.{change.column.name}"
        value, is_sure = _value(change.column)
        op.ops[place] = _replace(change, nullable=value is None, server_default=value)
        if value is None:
            later.append(change)
        elif not is_sure:
            yield Comment(
                f"Rows that exist get {str(value)!r} as {name}. Change it if that is wrong."
            )
    yield op
    for change in later:
        name = change.column.name
        statement = f"UPDATE {op.table_name} SET {name} = …"  # noqa: S608  # nosec B608
        yield Comment(f'Here give rows that exist their {name}: op.execute("{statement}")')
        alter = AlterColumnOp(
            op.table_name,
            str(change.column.name),
            schema=op.schema,
            existing_type=change.column.type,
            existing_nullable=True,
            modify_nullable=False,
        )
        yield ModifyTableOps(op.table_name, [alter], schema=op.schema)


def _needs_value(column: AnyColumn) -> bool:
    return not (column.nullable or column.primary_key or column.server_default is not None)


def _replace(op: AddColumnOp, **options: Any) -> AddColumnOp:
    column: AnyColumn = sa.Column(op.column.name, op.column.type, **options)
    return AddColumnOp(op.table_name, column, schema=op.schema)


def _value(column: AnyColumn) -> tuple[object, bool]:
    """Return the value of existing rows in a new column, if any, and whether it is the model's."""
    if column.default is not None and (text := _literal(column)) is not None:
        return text, True
    if column.foreign_keys or _is_unique(column):
        return None, False
    for kind, value in EMPTY:
        if isinstance(column.type, kind) or isinstance(_plain(column.type), kind):
            return value, False
    return None, False


def _plain(kind: object) -> object:
    return kind.impl if isinstance(kind, sa.TypeDecorator) else kind


def _literal(column: AnyColumn) -> str | None:
    """Return a model's default as SQL if it is the same for every row."""
    default: Any = column.default
    if default.is_callable and isinstance(column.type, sa.JSON):
        value = default.arg(None)
    elif default.is_scalar:
        value = default.arg
    else:
        return None
    if isinstance(value, Enum):
        names = getattr(column.type, "enums", [])
        value = value.name if value.name in names else value.value
    if isinstance(column.type, sa.JSON):
        return json.dumps(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value) if isinstance(value, (str, int, float, Decimal, date)) else None


def _is_unique(column: AnyColumn) -> bool:
    table = column.table
    sets = [c.columns for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
    sets += [index.columns for index in table.indexes if index.unique]
    return bool(column.unique) or any(list(columns) == [column] for columns in sets)


def _renamed_columns(operations: list[MigrateOperation]) -> Iterator[Comment]:
    for op in operations:
        changes = op.ops if isinstance(op, ModifyTableOps) else []
        for new in (change for change in changes if isinstance(change, AddColumnOp)):
            for old in (change for change in changes if isinstance(change, DropColumnOp)):
                if _python_type(new.column) == _python_type(old.to_column()):
                    yield Comment(
                        f"Was {new.table_name}.{old.column_name} renamed to {new.column.name}? "
                        "Then its data is lost, unless you write instead of the two: "
                        f'batch_op.alter_column("{old.column_name}", '
                        f'new_column_name="{new.column.name}")'
                    )


def _renamed_tables(operations: list[MigrateOperation]) -> Iterator[Comment]:
    for new in (op for op in operations if isinstance(op, CreateTableOp)):
        names = {item.name for item in new.columns if isinstance(item, sa.Column)}
        for old in (op for op in operations if isinstance(op, DropTableOp)):
            if len(names & set(old.to_table().columns.keys())) > len(names) / 2:
                yield Comment(
                    f"Was the table {old.table_name} renamed to {new.table_name}? Then its data is "
                    "lost, unless you write instead of the two: "
                    f'op.rename_table("{old.table_name}", "{new.table_name}")'
                )


def _python_type(column: AnyColumn) -> type | None:
    try:
        return column.type.python_type
    except NotImplementedError:
        return None


@write_hooks.register("ruff")
def format_file(path: str, options: object) -> None:
    """Format a new migration as `bin/ci` expects, if ruff is installed."""
    if importlib.util.find_spec("ruff"):
        for arguments in (["check", "--quiet", "--fix", "--select", "I"], ["format", "--quiet"]):
            subprocess.run([sys.executable, "-m", "ruff", *arguments, path], check=False)  # noqa: S603
