"""Check the rows of a file in batches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import select

from carafe.admin.imports.formats import Format
from carafe.admin.imports.models import CellError
from carafe.admin.imports.reading import Record, is_blank
from carafe.admin.imports.spec import ImportSpec, Target
from carafe.admin.schema import Attribute, Expression, table_column
from carafe.database import db

VALUE_LENGTH = 100


class Actor(Protocol):
    """ID and role of the user who imports."""

    @property
    def id(self) -> int: ...

    @property
    def role(self) -> str: ...


@dataclass
class ImportRow:
    number: int
    # By attribute of the model.
    values: dict[str, object] = field(default_factory=dict)
    # Values that look up related rows, by the name of the field.
    lookup_values: dict[str, object] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)
    # The ID of the existing row that it updates.
    existing: int | None = None

    def add_error(self, column: str, value: object, message: str) -> None:
        text = "" if value is None else str(value)
        text = text if len(text) <= VALUE_LENGTH else f"{text[: VALUE_LENGTH - 1]}…"
        # PostgreSQL does not store a NUL.
        self.errors.append([self.number, column, text.replace("\0", "\ufffd"), message])


class RowValidator:
    """Converts and checks rows, without changing the database."""

    def __init__(
        self, spec: ImportSpec, names: Sequence[str], mapping: Mapping[str, str], format: Format
    ):
        self.spec, self.names, self.format = spec, list(names), format
        self.targets = [(int(n), spec.targets[name]) for n, name in mapping.items()]
        self.unique = [target for _, target in self.targets if target.unique]
        self.unique.sort(
            key=lambda target: target is not spec.key
        )  # The key first: it finds the row.
        # The number of the first row with each value of a unique field.
        self.first_rows: dict[str, dict[object, int]] = {target.name: {} for target in self.unique}

    def check(self, batch: Iterable[Record], user: Actor) -> list[ImportRow]:
        """Return the rows of a batch, without empty ones. This queries the database."""
        rows = [self._read(number, cells) for number, cells in batch if not is_blank(cells)]
        for _, target in self.targets:
            if target.lookup is not None:
                self._resolve_relations(target, rows)
        for target in self.unique:
            self._check_uniqueness(target, rows)
        self._check_permissions(rows, user)
        return rows

    def _read(self, number: int, cells: list[str] | str) -> ImportRow:
        row = ImportRow(number)
        if isinstance(cells, str):
            row.add_error("", None, f"Can't read this row: {cells}")
            return row
        while len(cells) > len(self.names) and not cells[-1].strip():
            cells.pop()
        if self.format.missing == "empty":
            cells += [""] * (len(self.names) - len(cells))
        if len(cells) != len(self.names):
            row.add_error(
                "", None, f"Has {len(cells)} cells, but the header has {len(self.names)}."
            )
        elif [" ".join(cell.split()) for cell in cells] == self.names:
            row.add_error("", None, "Repeats the header row")
        else:
            for index, target in self.targets:
                self._read_cell(row, target, self.names[index], cells[index])
        return row

    def _read_cell(self, row: ImportRow, target: Target, name: str, cell: str) -> None:
        key = target.column.key
        if not cell.strip():
            if target.required:
                row.add_error(name, None, "Required")
            elif table_column(target.column).nullable:
                row.values[key] = None
            return
        try:
            value = target.value(cell, self.format)
        except ValueError as error:
            row.add_error(name, cell, str(error))
            return
        if target.lookup is None:
            row.values[key] = value
        else:
            row.lookup_values[target.name] = value

    def _resolve_relations(self, target: Target, rows: list[ImportRow]) -> None:
        if target.lookup is None:
            return
        name = target.name
        values = {row.lookup_values[name] for row in rows if name in row.lookup_values}
        [related_key] = [key.column for key in table_column(target.column).foreign_keys]
        ids = _ids_by_value(target.lookup, related_key, values)
        for row in rows:
            if name not in row.lookup_values:
                continue
            if (id := ids.get(row.lookup_values[name])) is None:
                message = "No match"
                row.add_error(self._name(target), row.lookup_values[name], message)
            else:
                row.values[target.column.key] = id

    def _check_uniqueness(self, target: Target, rows: list[ImportRow]) -> None:
        key, is_key = target.column.key, target is self.spec.key
        first_rows = self.first_rows[target.name]
        values = {row.values[key] for row in rows if row.values.get(key) is not None}
        ids = _ids_by_value(target.column, self.spec.options.key, values)
        for row in rows:
            if (value := row.values.get(key)) is None:
                continue
            first = first_rows.setdefault(value, row.number)
            if first != row.number:
                row.add_error(self._name(target), value, f"Duplicate of row {first}")
            elif is_key:
                row.existing = ids.get(value)
            elif ids.get(value) not in (None, row.existing):
                row.add_error(self._name(target), value, "Already exists")

    def _check_permissions(self, rows: list[ImportRow], user: Actor) -> None:
        """Add errors to rows that the user may not change, as on pages and in actions."""
        options = self.spec.options
        if options.denial_reason is None:
            return
        ids = [row.existing for row in rows if row.existing is not None]
        query = select(options.model).where(options.key.in_(ids))
        existing_rows = db.session.scalars(query) if ids else ()
        reasons = {
            getattr(row, options.key.key): options.denial_reason(row, user) for row in existing_rows
        }
        for row in rows:
            if reason := reasons.get(row.existing):
                row.add_error("", None, reason)

    def _name(self, target: Target) -> str:
        return next(self.names[index] for index, item in self.targets if item is target)


def _ids_by_value(
    column: Attribute, key: Attribute | Expression, values: Collection[object]
) -> dict[object, int]:
    """Return the IDs of the rows that have these values in a column, by value."""
    if not values:
        return {}
    rows = db.session.execute(select(column, key).where(column.in_(values)))
    return {row[0]: row[1] for row in rows}
