"""Columns with their attributes, ready to select and display."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from carafe.admin.attributes import Attributes
from carafe.admin.columns import Column, format_value, humanize, label_of
from carafe.admin.schema import Query, readable_column


@dataclass(frozen=True)
class SelectedColumn:
    """A column, and where the values of its attributes are in a row."""

    column: Column
    positions: Sequence[int]

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def label(self) -> str:
        return self.column.label

    def read(self, rows: Sequence[Sequence[object]]) -> list[object]:
        """Return the value of the column in each row, given the selected values of each."""
        attributes = [[row[position] for row in rows] for position in self.positions]
        render = self.column.render
        return attributes[0] if render is None else list(map(render, *attributes))

    def value(self, values: Sequence[object]) -> str:
        """Return what the column displays for the selected values of a row."""
        return format_value(self.read([values])[0])


class ColumnSet:
    """Columns of one query, whose rows begin with the values of `attributes`."""

    def __init__(self, attributes: Attributes, columns: Sequence[Column]):
        paths = list(dict.fromkeys(path for column in columns for path in column.attributes))
        self.attributes = {
            path: readable_column(attributes.find("columns", path)) for path in paths
        }
        self.columns = [
            SelectedColumn(column, [paths.index(path) for path in column.attributes])
            for column in columns
        ]
        heads = {path.partition(".")[0] for path in paths if "." in path}
        self.joins = [on for head, on in attributes.joins.items() if head in heads]

    def join_to(self, query: Query) -> Query:
        """Join the tables of related attributes to a query."""
        for related, condition in self.joins:
            query = query.outerjoin(related, condition)
        return query


def columns_by_name(
    attributes: Attributes, options: Mapping[str, Sequence[str | Column]]
) -> dict[str, Column]:
    """Check columns, by the option that declares them, and fill in defaults."""
    columns: dict[str, Column] = {}
    for option, declared in options.items():
        for item in declared:
            column = item if isinstance(item, Column) else Column(item)
            if column.name in columns:
                what = f"{column.name} is listed twice."
                raise attributes.error(option, what, "List each column once.")
            columns[column.name] = _with_defaults(attributes, option, column)
    return columns


def _with_defaults(attributes: Attributes, option: str, column: Column) -> Column:
    if len(column.attributes) > 1 and column.render is None:
        what = f"{column.name} combines several attributes but has no render function."
        raise attributes.error(option, what, "Pass one: Column(…, render=…).")
    if column.render is not None and not callable(column.render):
        raise attributes.error(
            option, f"render of {column.name} is not callable.", "Pass a function."
        )
    paths = column.attributes or [column.name]
    label = column.label or humanize(column.name)
    for path in paths:
        attribute = attributes.find(option, path)
        if path == column.name and "." not in path:
            label = column.label or label_of(attribute, path)
    return replace(column, label=label, attributes=paths)
