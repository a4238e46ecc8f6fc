"""What somebody typed about a row, beside what is stored of it.

Two who edit the same row at once must not undo each other's work unknowingly. So each form carries
a digest of what it showed. Where that is no longer what is stored, somebody else was faster: the
second sees both versions, and the form then carries the digest of the newer one, so that sending
it again is an answer to that. This needs no column, and holds whoever changed the row.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from flask import request
from sqlalchemy import UniqueConstraint, inspect, select
from wtforms import Field, Form, SelectField

from carafe.admin.columns import EMPTY_VALUE
from carafe.database import db
from carafe.time import format_datetime
from carafe.web.submissions import digest

# The name of the field with the digest.
ETAG_FIELD = "_seen"
# That of the tick by which a row goes.
DELETE_FIELD = "_gone"


class BoundForm:
    """A row and the form about it: as it was `sent`, or as it is to be shown."""

    def __init__(
        self,
        form_class: type[Form],
        row: Any,
        *,
        exclude: Collection[str] = (),
        prefix: str = "",
        sent: bool = False,
    ):
        self.row, self.prefix = row, prefix
        self.stored = _form(form_class(formdata=None, obj=row, prefix=prefix), exclude)
        self.form = self.stored
        self.seen: str | None = None
        if sent:
            self.form = _form(form_class(obj=row, prefix=prefix), exclude)
            self.seen = request.form.get(prefix + ETAG_FIELD)

    @property
    def digest(self) -> str:
        return _digest(self.stored)

    @property
    def form_etag(self) -> str:
        """The digest that the form carries on: of what whoever typed has seen."""
        return self.seen or self.digest

    def accept_current_version(self) -> None:
        """Carry that of what is stored now, since the form is shown beside it."""
        self.seen = None

    @property
    def marked_for_deletion(self) -> bool:
        """Whether the row is to be deleted, by the tick beside it."""
        return f"{self.prefix}{DELETE_FIELD}" in request.form

    def copy_from(self, other: BoundForm) -> None:
        """Take over what was typed about a row that is no more."""
        typed = {name: field.data for name, field in _fields(other.form).items()}
        self.form = type(self.form)(formdata=None, data=typed, prefix=self.prefix)

    @property
    def fingerprint(self) -> str:
        """A digest of what was typed."""
        return _digest(self.form)

    def is_valid(self) -> bool:
        return bool(self.form.validate())

    @property
    def changed(self) -> dict[str, Field]:
        """The fields that differ from what is stored, unless nobody touched any."""
        if _digest(self.form) == self.seen:
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
        """Whether saving would overwrite what somebody else saved since the form was shown."""
        return self.seen not in (None, self.digest) and bool(self.changed)

    def versions(self) -> Iterator[tuple[str, str, str]]:
        """Label, what is stored and what was typed, of each field in which they differ."""
        stored = _fields(self.stored)
        for name, field in self.changed.items():
            yield field.label.text, _display_value(stored[name]), _display_value(field)

    def set_attributes(self) -> None:
        """Take over what was typed."""
        columns = inspect(type(self.row)).column_attrs
        for name, field in _fields(self.form).items():
            if name in self.changed:
                empty = field.data == "" and columns[name].columns[0].nullable
                setattr(self.row, name, None if empty else field.data)

    def explain(self) -> None:
        """Say at the fields why the database refused them, as far as another row is the reason."""
        fields, table = _fields(self.form), inspect(type(self.row)).local_table
        [key] = table.primary_key
        for rule in [*table.constraints, *table.indexes]:
            names = {column.name for column in getattr(rule, "columns", ())}
            unique = isinstance(rule, UniqueConstraint) or getattr(rule, "unique", False)
            if unique and names & fields.keys():
                same = [table.c[name] == self._value(fields, name) for name in names]
                others = select(key).where(*same, key != getattr(self.row, key.name))
                if db.session.scalar(others.limit(1)) is not None:
                    for name in names & fields.keys():
                        fields[name].errors = [*fields[name].errors, "There is one with this."]

    def _value(self, fields: dict[str, Field], name: str) -> Any:
        return fields[name].data if name in fields else getattr(self.row, name)


def _form(form: Form, exclude: Collection[str]) -> Form:
    for name in exclude:
        del form[name]
    return form


def _fields(form: Form) -> dict[str, Field]:
    return {field.short_name: field for field in form}


def _values(form: Form) -> dict[str, Any]:
    # An empty text is what a form shows of None.
    return {name: None if field.data == "" else field.data for name, field in _fields(form).items()}


def _digest(form: Form) -> str:
    return digest(json.dumps(_values(form), default=_canonical, sort_keys=True))


def _canonical(value: Any) -> str:
    # The same moment, whatever the zone of who reads it.
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    # 1.5 and 1.50 are one number.
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _display_value(field: Field) -> str:
    """The value of a field, for people."""
    value = field.data
    if isinstance(field, SelectField):
        options: Iterator[Any] = iter(field.iter_choices())
        return str(next((one.label for one in options if one.selected), EMPTY_VALUE))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return (
        format_datetime(value)
        if isinstance(value, datetime)
        else str(EMPTY_VALUE if value in (None, "") else value)
    )
