"""The form of a row: the stored and the submitted values, with protection from lost updates.

Each form has an ETag, a digest of the values that it displayed. If the stored values differ when it
is submitted, someone else changed the row: the user sees both versions, and the form gets the ETag
of the newer one, so that submitting it again overwrites that. This needs no column.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from flask import request
from sqlalchemy import Table, UniqueConstraint, inspect, select
from wtforms import Field, Form, SelectField

from carafe.admin.columns import EMPTY_VALUE
from carafe.database import Base, db
from carafe.time import format_datetime
from carafe.web.submissions import digest

# The name of the field with the ETag.
ETAG_FIELD = "_seen"
# The name of the checkbox that deletes a row.
DELETE_FIELD = "_gone"


class BoundForm:
    """A row and its form, with the submitted values if it was `sent`."""

    def __init__(
        self,
        form_class: type[Form],
        row: Base,
        *,
        exclude: Collection[str] = (),
        prefix: str = "",
        sent: bool = False,
    ):
        self.row, self.prefix = row, prefix
        self.stored = _form(form_class(formdata=None, obj=row, prefix=prefix), exclude)
        self.form = self.stored
        self.etag: str | None = None
        if sent:
            self.form = _form(form_class(obj=row, prefix=prefix), exclude)
            self.etag = request.form.get(prefix + ETAG_FIELD)

    @property
    def digest(self) -> str:
        return _digest(self.stored)

    @property
    def form_etag(self) -> str:
        """The ETag of the form: of the values that the user saw."""
        return self.etag or self.digest

    def accept_current_version(self) -> None:
        """Use the ETag of the stored values, which the page now displays next to the form."""
        self.etag = None

    @property
    def marked_for_deletion(self) -> bool:
        """Whether the checkbox that deletes the row is ticked."""
        return f"{self.prefix}{DELETE_FIELD}" in request.form

    def copy_from(self, other: BoundForm) -> None:
        """Copy the submitted values of a row that has since been deleted."""
        values = {name: field.data for name, field in _fields(other.form).items()}
        self.form = type(self.form)(formdata=None, data=values, prefix=self.prefix)

    @property
    def fingerprint(self) -> str:
        """A digest of the submitted values."""
        return _digest(self.form)

    def is_valid(self) -> bool:
        return bool(self.form.validate())

    @property
    def changed(self) -> dict[str, Field]:
        """The fields that differ from the stored values, unless the form is as it was displayed."""
        if _digest(self.form) == self.etag:
            return {}
        fields = _fields(self.form)
        stored = _values(self.stored)
        return {
            name: fields[name]
            for name, value in _values(self.form).items()
            if value != stored[name]
        }

    @property
    def is_stale(self) -> bool:
        """Whether saving would overwrite changes made since the form was displayed."""
        return self.etag not in (None, self.digest) and bool(self.changed)

    def versions(self) -> Iterator[tuple[str, str, str]]:
        """Yield label, stored value, and submitted value of each field that differs."""
        stored = _fields(self.stored)
        for name, field in self.changed.items():
            yield field.label.text, _display_value(stored[name]), _display_value(field)

    @property
    def values(self) -> dict[str, Any]:
        """The submitted values by attribute, None for a text that was left empty if it may be."""
        columns = inspect(type(self.row)).column_attrs
        return {
            name: None if field.data == "" and columns[name].columns[0].nullable else field.data
            for name, field in _fields(self.form).items()
        }

    def set_attributes(self) -> None:
        """Set the attributes of the row to the submitted values."""
        values = self.values
        for name in self.changed:
            setattr(self.row, name, values[name])

    def add_unique_errors(self) -> None:
        """Add errors to the fields whose values another row has already."""
        fields = _fields(self.form)
        table = cast(Table, inspect(type(self.row)).local_table)
        [key] = table.primary_key
        for rule in [*table.constraints, *table.indexes]:
            names = {column.name for column in getattr(rule, "columns", ())}
            unique = isinstance(rule, UniqueConstraint) or getattr(rule, "unique", False)
            if unique and names & fields.keys():
                same = [table.c[name] == self._value(fields, name) for name in names]
                duplicates = select(key).where(*same, key != getattr(self.row, key.name))
                if db.session.scalar(duplicates.limit(1)) is not None:
                    for name in names & fields.keys():
                        fields[name].errors = [*fields[name].errors, "Already in use."]

    def _value(self, fields: dict[str, Field], name: str) -> object:
        value: object = fields[name].data if name in fields else getattr(self.row, name)
        return value


def _form(form: Form, exclude: Collection[str]) -> Form:
    for name in exclude:
        del form[name]
    return form


def _fields(form: Form) -> dict[str, Field]:
    return {field.short_name: field for field in form}


def _values(form: Form) -> dict[str, object]:
    # Forms display None as an empty text.
    return {name: None if field.data == "" else field.data for name, field in _fields(form).items()}


def _digest(form: Form) -> str:
    return digest(json.dumps(_values(form), default=_canonical, sort_keys=True))


def _canonical(value: object) -> str:
    # The same time in any time zone.
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    # 1.5 and 1.50 are the same number.
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _display_value(field: Field) -> str:
    """Return the value of a field as text."""
    value = field.data
    if isinstance(field, SelectField):
        choices: Iterable[Any] = field.iter_choices()
        labels = [choice.label for choice in choices if choice.selected]
        return str(labels[0] if labels else EMPTY_VALUE)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return (
        format_datetime(value)
        if isinstance(value, datetime)
        else str(EMPTY_VALUE if value in (None, "") else value)
    )
