"""Rows of a file, checked a batch at a time, and brought in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sqlalchemy import delete, inspect, select
from sqlalchemy.exc import IntegrityError

from carafe.admin.imports.formats import Format
from carafe.admin.imports.reading import is_blank
from carafe.admin.imports.spec import ImportSpec, Target
from carafe.admin.imports.values import parser_for
from carafe.database import db

VALUE_LENGTH = 100


@dataclass
class ImportRow:
    number: int
    # By the attributes of the model.
    values: dict[str, Any] = field(default_factory=dict)
    # What is to be found of other models, by the name of the field.
    lookup_values: dict[str, Any] = field(default_factory=dict)
    errors: list[list[Any]] = field(default_factory=list)
    # The id of the row that it changes.
    existing: Any = None

    def add_error(self, column: str, value: Any, reason: str) -> None:
        shown = "" if value is None else str(value)
        shown = shown if len(shown) <= VALUE_LENGTH else f"{shown[: VALUE_LENGTH - 1]}…"
        # NUL, which PostgreSQL does not store.
        self.errors.append([self.number, column, shown.replace("\0", "\ufffd"), reason])


class RowValidator:
    """Says of each row what it would set, or what is wrong with it. It changes nothing."""

    def __init__(
        self, spec: ImportSpec, names: Sequence[str], mapping: Mapping[str, str], format: Format
    ):
        self.spec, self.names, self.format = spec, list(names), format
        self.chosen = [(int(n), spec.targets[name]) for n, name in mapping.items()]
        self.unique = [target for _, target in self.chosen if target.unique]
        self.unique.sort(key=lambda target: target is not spec.key)  # first what says which row
        # The row in which each value of what is unique stood first.
        self.seen: dict[str, dict[Any, int]] = {target.name: {} for target in self.unique}

    def check(self, batch: Iterable[tuple[int, Any]], by: Any) -> list[ImportRow]:
        """The rows of a batch of records, without empty ones, that somebody brings in.

        It looks things up.
        """
        rows = [self._read(number, cells) for number, cells in batch if not is_blank(cells)]
        for _, target in self.chosen:
            if target.lookup is not None:
                self._resolve_relations(target, rows)
        for target in self.unique:
            self._check_uniqueness(target, rows)
        self._check_permissions(rows, by)
        return rows

    def _read(self, number: int, cells: Any) -> ImportRow:
        row = ImportRow(number)
        if isinstance(cells, str):
            row.add_error("", None, f"It cannot be read: {cells}")
            return row
        while len(cells) > len(self.names) and not cells[-1].strip():
            cells.pop()
        if self.format.missing == "empty":
            cells += [""] * (len(self.names) - len(cells))
        if len(cells) != len(self.names):
            row.add_error(
                "", None, f"It has {len(cells)} cells, and the heading has {len(self.names)}."
            )
        elif [" ".join(cell.split()) for cell in cells] == self.names:
            row.add_error("", None, "It is the heading once more.")
        else:
            for index, target in self.chosen:
                self._read_cell(row, target, self.names[index], cells[index])
        return row

    def _read_cell(self, row: ImportRow, target: Target, name: str, cell: str) -> None:
        key = target.column.key
        if not cell.strip():
            if target.required:
                row.add_error(name, None, "It is empty, and needed.")
            elif target.column.property.columns[0].nullable:
                row.values[key] = None
            return
        try:
            value = target.value(cell, self.format)
        except ValueError as reason:
            row.add_error(name, cell, str(reason))
            return
        if target.lookup is None:
            row.values[key] = value
        else:
            row.lookup_values[target.name] = value

    def _resolve_relations(self, target: Target, rows: list[ImportRow]) -> None:
        wanted = {
            row.lookup_values[target.name] for row in rows if target.name in row.lookup_values
        }
        of = target.column.property.columns[0].foreign_keys
        [referred] = [one.column for one in of]
        found = select(target.lookup, referred).where(target.lookup.in_(wanted))
        ids: dict[Any, Any] = dict(map(tuple, db.session.execute(found))) if wanted else {}
        for row in rows:
            if target.name not in row.lookup_values:
                continue
            if (id := ids.get(row.lookup_values[target.name])) is None:
                row.add_error(
                    self._name(target), row.lookup_values[target.name], "There is none like this."
                )
            else:
                row.values[target.column.key] = id

    def _check_uniqueness(self, target: Target, rows: list[ImportRow]) -> None:
        key, is_key, seen = target.column.key, target is self.spec.key, self.seen[target.name]
        wanted = {row.values[key] for row in rows if row.values.get(key) is not None}
        found = select(target.column, self.spec.options.key).where(target.column.in_(wanted))
        ids: dict[Any, Any] = dict(map(tuple, db.session.execute(found))) if wanted else {}
        for row in rows:
            if (value := row.values.get(key)) is None:
                continue
            first = seen.setdefault(value, row.number)
            if first != row.number:
                row.add_error(self._name(target), value, f"Row {first} has the same.")
            elif is_key:
                row.existing = ids.get(value)
            elif ids.get(value) not in (None, row.existing):
                row.add_error(self._name(target), value, "There is one with this already.")

    def _check_permissions(self, rows: list[ImportRow], by: Any) -> None:
        """Refuse to change what that person may not, as pages and actions do."""
        options = self.spec.options
        if options.denial_reason is None:
            return
        ids = [row.existing for row in rows if row.existing is not None]
        there = db.session.scalars(select(options.model).where(options.key.in_(ids))) if ids else ()
        reasons = {getattr(row, options.key.key): options.denial_reason(row, by) for row in there}
        for row in rows:
            if reason := reasons.get(row.existing):
                row.add_error("", None, reason)

    def _name(self, target: Target) -> str:
        return next(self.names[index] for index, one in self.chosen if one is target)


def apply(spec: ImportSpec, rows: Sequence[ImportRow]) -> tuple[list[Any], list[Any]]:
    """Make or change what the rows say, in this transaction: errors, and what was changed.

    What the database refuses, since something is otherwise than when it was checked, is an error.
    """
    try:
        with db.session.begin_nested():
            return [], _write_rows(spec, rows)
    except (IntegrityError, LookupError):
        errors: list[Any] = []
        changes: list[Any] = []
    for row in rows:  # one of them it is
        try:
            with db.session.begin_nested():
                changes += _write_rows(spec, [row])
        except (IntegrityError, LookupError):
            row.add_error("", None, "It does not fit to what is there by now.")
            errors += row.errors
    return errors, changes


def _write_rows(spec: ImportSpec, rows: Sequence[ImportRow]) -> list[Any]:
    model, key = spec.options.model, spec.options.key
    ids = [row.existing for row in rows if row.existing is not None]
    known: dict[Any, Any] = {}
    if ids:
        locked = select(model).where(key.in_(ids)).with_for_update()
        found = db.session.scalars(locked, execution_options={"populate_existing": True})
        known = {getattr(one, key.key): one for one in found}
    made: list[tuple[Any, Any]] = []
    for row in rows:
        if row.existing is not None:
            made.append((known[row.existing], _update_row(known[row.existing], row.values)))
        else:
            made.append((spec.row(**row.values), None))
            db.session.add(made[-1][0])
    db.session.flush()
    return [[getattr(one, key.key), *([] if done is None else [done])] for one, done in made]


def _update_row(one: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set attributes: those that were otherwise, with what they were and are."""
    before = {name: getattr(one, name) for name in values}
    for name, value in values.items():
        setattr(one, name, value)
    return {
        name: [_to_json(before[name]), _to_json(value)]
        for name, value in values.items()
        if before[name] != value
    }


def revert(spec: ImportSpec, changes: Sequence[Sequence[Any]]) -> None:
    """Undo what `bring_in` did, except for what was changed again since."""
    key, columns = spec.options.key, inspect(spec.options.model).column_attrs
    made = [id for id, *changed in changes if not changed]
    if made:
        db.session.execute(delete(spec.options.model).where(key.in_(made)))
    for id, changed in (one for one in changes if len(one) > 1):
        row = db.session.get(spec.options.model, id, with_for_update=True)
        for name, (before, after) in changed.items():
            if row is not None and _to_json(getattr(row, name)) == after:
                setattr(row, name, _from_json(columns[name].columns[0], before))


def _to_json(value: Any) -> Any:
    """Return a value as JSON has it, or else as text that can be imported."""
    if value is None or (
        isinstance(value, (bool, int, float, str)) and not isinstance(value, Enum)
    ):
        return value
    if isinstance(value, Enum):
        return {"text": value.name}
    return {"text": value.isoformat() if hasattr(value, "isoformat") else str(value)}


def _from_json(column: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    [text] = value.values()
    read = parser_for(column)
    return read(text) if read else text
