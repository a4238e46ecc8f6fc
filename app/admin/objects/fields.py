"""Form fields for the columns of a model, with the limits that the database has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    String,
    select,
)
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    FloatField,
    IntegerField,
    SelectField,
    ValidationError,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional
from wtforms.widgets import TextInput

from app.admin.columns import NOTHING, label_of
from app.admin.lists import relations
from app.admin.lists.filters import Choice
from app.admin.schema import LARGEST, LONGEST_LINE, key_of, one_of, referred_to_by
from app.core.database import db
from app.core.forms import Form, LongTextField, TextField, cleaned
from app.core.routing import id_in
from app.core.time import UTCDateTime, reader_zone

if TYPE_CHECKING:
    from app.admin.declaration import Admin


def form_of(admin: Admin, option: str, names: Sequence[str], model: Any) -> type[Form]:
    """A form with a field for each of these attributes."""
    fields = {name: _field(admin, option, getattr(model, name, None), name) for name in names}
    return type(f"{model.__name__}Form", (Form,), fields)


def _field(admin: Admin, option: str, attribute: Any, name: str) -> Any:
    if not hasattr(getattr(attribute, "property", None), "columns"):
        raise admin.problem(option, f"there is no {name}.", "Give attributes of the model.")
    column, label = attribute.property.columns[0], label_of(name)
    kind = column.type
    if column.foreign_keys:
        of = referred_to_by(attribute)
        return RelationField(label, _needed(column, label), model=of)
    for offered in admin.offered:
        if isinstance(offered, Choice) and offered.column is attribute:
            return _choice(column, label, offered.options())
    if isinstance(kind, Enum) and not kind.enum_class:
        return _choice(column, label, {one: one.capitalize() for one in kind.enums})
    if isinstance(kind, String) and kind.length:
        line = TextField if kind.length <= LONGEST_LINE else LongTextField
        return line(label, _needed(column, label), length=kind.length)
    if isinstance(kind, Boolean):
        return BooleanField(label)
    if isinstance(kind, (DateTime, UTCDateTime)):
        return MomentField(label, _needed(column, label))
    if isinstance(kind, Date):
        return DateField(label, [*_needed(column, label), sensible])
    for of, largest in LARGEST.items():
        if isinstance(kind, of):
            within = NumberRange(-largest, largest, f"Give a number up to {largest:,}.")
            field = FloatField if of is Float else IntegerField
            return field(label, [*_needed(column, label), within])
    raise admin.problem(option, f"{name} has no field by itself.", "Give a form class of your own.")


def _needed(column: Any, label: str) -> list[Any]:
    if column.nullable:
        return [Optional()]
    if isinstance(column.type, String):
        # Where there is a default, "" is as good.
        has_default = column.default is not None or column.server_default is not None
        return [] if has_default else [DataRequired(f"{label} is needed.")]
    return [InputRequired(f"{label} is needed.")]


def _choice(column: Any, label: str, choices: Any) -> Any:
    options = [SelectChoice(value=value, label=text) for value, text in choices.items()]
    if column.nullable:
        options.insert(0, SelectChoice(value="", label=NOTHING))
    return SelectField(label, choices=options, coerce=lambda value: value or "")


def sensible(form: Any, field: Any) -> None:
    """Refuse years that some database, or a change of zones, cannot bear."""
    if field.data and not 1000 <= field.data.year < 9999:
        raise ValidationError("Enter a year from 1000 to 9998.")


class MomentField(DateTimeLocalField):
    """A time in the reader's zone, or in UTC where none was chosen; to the minute."""

    def __init__(self, label: str, validators: Any = (), **options: Any):
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        super().__init__(label, [*validators, sensible], format=formats, **options)
        self.description = f"Time zone: {reader_zone() or 'UTC'}."

    def process_data(self, value: datetime | None) -> None:
        self.data = value and value.astimezone(reader_zone() or UTC).replace(
            second=0, microsecond=0
        )

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not any(valuelist):
            self.data = None if valuelist else self.data
            return
        super().process_formdata(valuelist)
        self.data = self.data and self.data.replace(tzinfo=reader_zone() or UTC)


class RelationField(Field):
    """What a foreign key refers to: by its number, or by what its list is searched by.

    A select would have a million options.
    """

    widget = TextInput()
    data: Any

    def __init__(self, label: str, validators: Any = (), *, model: Any, **options: Any):
        super().__init__(label, validators, **options)
        self.model, self.other = model, relations.readable(model)
        self.one = one_of(model)
        found_by = [one.label.lower() for one in self.other.searched] if self.other else []
        self.description = " or ".join(["Number", *found_by]) + "."

    def present(self) -> Markup:
        """A link to what is referred to now."""
        if self.object_data and self.other:
            url = self.other.url(self.object_data)
            text = f"{self.one.capitalize()} {self.object_data}"
            return Markup('{} Now: <a href="{}">{}</a>').format(self.description, url, text)
        return Markup("{}").format(self.description)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = cleaned(valuelist[0]) or None

    def pre_validate(self, form: Any) -> None:
        if isinstance(self.data, str):
            self.data = self._find(self.data)

    def _find(self, text: str) -> int:
        id, key = id_in(text), key_of(self.model)
        if id is not None and db.session.scalar(select(key).where(key == id)):
            return id
        found = relations.exactly(self.other, text) if self.other else []
        if len(found) > 1:
            raise ValidationError(
                f"There are several with this {self.label.text.lower()}. Give the number."
            )
        if not found:
            raise ValidationError(f"There is no {self.one} that has this.")
        return found[0][0]
