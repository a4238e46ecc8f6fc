"""Write imported rows to the database, and revert them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import cast

from sqlalchemy import delete, inspect, select
from sqlalchemy.exc import IntegrityError

from carafe.admin.imports.models import CellError, RowChange
from carafe.admin.imports.rows import ImportRow
from carafe.admin.imports.spec import ImportSpec
from carafe.admin.imports.values import parser_for
from carafe.admin.schema import TableColumn
from carafe.database import db


def apply(spec: ImportSpec, rows: Sequence[ImportRow]) -> tuple[list[CellError], list[RowChange]]:
    """Create or update rows in this transaction; return errors and changes.

    If the data has changed since the check, rows that the database rejects are errors.
    """
    try:
        with db.session.begin_nested():
            return [], _write_rows(spec, rows)
    except (IntegrityError, LookupError):
        errors: list[CellError] = []
        changes: list[RowChange] = []
    for row in rows:  # Individually, to find the rejected ones.
        try:
            with db.session.begin_nested():
                changes += _write_rows(spec, [row])
        except (IntegrityError, LookupError):
            row.add_error("", None, "Conflicts with existing data")
            errors += row.errors
    return errors, changes


def _write_rows(spec: ImportSpec, rows: Sequence[ImportRow]) -> list[RowChange]:
    key = spec.options.key
    existing_rows = _lock_existing(spec, [row.existing for row in rows if row.existing is not None])
    written: list[tuple[object, list[object]]] = []
    for row in rows:
        if row.existing is not None:
            instance = existing_rows[row.existing]
            written.append((instance, [_update_row(instance, row.values)]))
        else:
            created = spec.row(**row.values)
            written.append((created, []))
            db.session.add(created)
    db.session.flush()
    return [[getattr(instance, key.key), *changed] for instance, changed in written]


def _lock_existing(spec: ImportSpec, ids: Sequence[int]) -> dict[int, object]:
    if not ids:
        return {}
    key = spec.options.key
    query = select(spec.options.model).where(key.in_(ids)).with_for_update()
    rows = db.session.scalars(query, execution_options={"populate_existing": True})
    return {getattr(row, key.key): row for row in rows}


def _update_row(row: object, values: Mapping[str, object]) -> dict[str, list[object]]:
    """Set attributes; return the old and new values of those that changed."""
    old_values = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    return {
        name: [_to_json(old_values[name]), _to_json(value)]
        for name, value in values.items()
        if old_values[name] != value
    }


def revert(spec: ImportSpec, changes: Sequence[RowChange]) -> None:
    """Undo the changes of `apply`, except for values that were changed again since."""
    model, key = spec.options.model, spec.options.key
    columns = inspect(model).column_attrs
    created_ids = [id for id, *changed in changes if not changed]
    if created_ids:
        db.session.execute(delete(model).where(key.in_(created_ids)))
    for id, changed in (change for change in changes if len(change) > 1):
        row = db.session.get(model, id, with_for_update=True)
        for name, (old, new) in changed.items():
            if row is not None and _to_json(getattr(row, name)) == new:
                setattr(row, name, _from_json(cast(TableColumn, columns[name].columns[0]), old))


def _to_json(value: object) -> object:
    """Return a value as JSON, or as a text that can be imported."""
    if isinstance(value, Enum):
        return {"text": value.name}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return {"text": value.isoformat() if hasattr(value, "isoformat") else str(value)}


def _from_json(column: TableColumn, value: object) -> object:
    if not isinstance(value, dict):
        return value
    [text] = value.values()
    parse = parser_for(column)
    return parse(text) if parse else text
