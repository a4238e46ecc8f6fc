"""Operations that `flask db migrate` can write in addition to Alembic's own."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrateOperation

from carafe.database import fulltext


class AddSearch(MigrateOperation):
    """Make columns of a table searchable."""

    def __init__(self, table: str, columns: Sequence[str]):
        self.table, self.columns = table, list(columns)

    def reverse(self) -> RemoveSearch:
        return RemoveSearch(self.table, self.columns)

    def to_diff_tuple(self) -> tuple[object, ...]:
        return "add_search", self.table, self.columns


class RemoveSearch(MigrateOperation):
    """Drop the search of a table with these columns."""

    def __init__(self, table: str, columns: Sequence[str]):
        self.table, self.columns = table, list(columns)

    def reverse(self) -> AddSearch:
        return AddSearch(self.table, self.columns)

    def to_diff_tuple(self) -> tuple[object, ...]:
        return "remove_search", self.table, self.columns


class SetAutoincrement(MigrateOperation):
    """Keep SQLite from assigning an ID of this table again."""

    def __init__(self, table: str, value: bool):
        self.table, self.value = table, value

    def reverse(self) -> SetAutoincrement:
        return SetAutoincrement(self.table, not self.value)

    def to_diff_tuple(self) -> tuple[object, ...]:
        return "set_autoincrement", self.table, self.value


class Comment(MigrateOperation):
    """Print a note now, and write it into the migration for its reader."""

    def __init__(self, text: str):
        self.text = text

    def reverse(self) -> Comment:
        return self


@renderers.dispatch_for(AddSearch)
def _add_search(context: AutogenContext, op: AddSearch) -> str:
    context.imports.add("from carafe.database import fulltext")
    return f'fulltext.create_index(op, "{op.table}", {_list(op.columns)})'


@renderers.dispatch_for(RemoveSearch)
def _remove_search(context: AutogenContext, op: RemoveSearch) -> list[str]:
    context.imports.add("from carafe.database import fulltext")
    names = ", ".join([f"{op.table}{fulltext.SUFFIX}", *fulltext.trigger_names(op.table)])
    comment = wrap(f"# With its table and triggers: {names}", 90, subsequent_indent="# ")
    return [*comment, f'fulltext.drop_index(op, "{op.table}")']


@renderers.dispatch_for(SetAutoincrement)
def _set_autoincrement(context: AutogenContext, op: SetAutoincrement) -> list[str]:
    options = f'{{"sqlite_autoincrement": {op.value}}}'
    return [
        'if op.get_context().dialect.name == "sqlite":',
        f'    with op.batch_alter_table("{op.table}", recreate="always", table_kwargs={options}):',
        "        pass",
    ]


@renderers.dispatch_for(Comment)
def _comment(context: AutogenContext, op: Comment) -> list[str]:
    return [f"# {line}" for line in op.text.splitlines()]


def _list(names: list[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]"


def _quoted(name: str) -> str:
    return f'"{name}"'
