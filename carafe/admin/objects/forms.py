"""Forms for the columns of a model, with the limits that the database has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Enum, Float, Numeric, String, Time, Uuid
from wtforms import BooleanField, DateField, FloatField, IntegerField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from carafe.admin.columns import EMPTY_VALUE, humanize
from carafe.admin.errors import config_error
from carafe.admin.imports.values import parser_for
from carafe.admin.lists.filters import Choice, Filter
from carafe.admin.objects.fields import (
    ClockField,
    MemberField,
    ReadField,
    RelationField,
    ZonedDateTimeField,
    validate_year,
)
from carafe.admin.schema import (
    LONGEST_TEXT,
    MAX_LINE_LENGTH,
    MAX_NUMBERS,
    members_of,
    related_model,
)
from carafe.time import UTCDateTime
from carafe.web.forms import ChoiceField, Form, LongTextField, TextField


def build_form(
    model: type[Any], option: str, names: Sequence[str], filters: Sequence[Filter] = ()
) -> type[Form]:
    """Return a form with a field for each of these attributes, with the choices of filters."""
    fields = {name: _field(model, option, name, filters) for name in names}
    return type(f"{model.__name__}Form", (Form,), fields)


def _field(model: type[Any], option: str, name: str, filters: Sequence[Filter]) -> Any:
    attribute: Any = getattr(model, name, None)
    if not hasattr(getattr(attribute, "property", None), "columns"):
        raise config_error(model, option, f"there is no {name}.", "Give attributes of the model.")
    column, label = attribute.property.columns[0], humanize(name)
    if column.foreign_keys:
        return RelationField(label, _required(column, label), model=related_model(attribute))
    choices = _choices(filters, attribute)
    if isinstance(column.type, Enum):
        members = members_of(column.type)
        labels = {name: label for name, (label, _) in members.items()}
        values = {name: value for name, (_, value) in members.items()}
        return _choice(column, label, choices or labels, values)
    if choices:
        return _choice(column, label, choices)
    if isinstance(column.type, Boolean) and column.nullable:
        return _choice(column, label, {"yes": "Yes", "no": "No"}, {"yes": True, "no": False})
    if field := _typed(column, label):
        return field
    remedy = "Give a form class of your own, or name it in read_only alone."
    raise config_error(model, option, f"{name} has no field by itself.", remedy)


def _typed(column: Any, label: str) -> Any:
    column_type, validators = column.type, _required(column, label)
    if isinstance(column_type, String):
        length = column_type.length or LONGEST_TEXT
        line = TextField if length <= MAX_LINE_LENGTH else LongTextField
        return line(label, validators, length=length)
    if isinstance(column_type, Boolean):
        return BooleanField(label)
    if isinstance(column_type, (DateTime, UTCDateTime)):
        return ZonedDateTimeField(label, validators)
    if isinstance(column_type, Date):
        return DateField(label, [*validators, validate_year])
    if isinstance(column_type, Time):
        return ClockField(label, validators)
    if isinstance(column_type, (Uuid, Numeric)):
        read = parser_for(column)
        assert read, "both can be imported"  # noqa: S101
        return ReadField(label, validators, read=read)
    for of, largest in MAX_NUMBERS.items():
        if isinstance(column_type, of):
            within = NumberRange(-largest, largest, f"Give a number up to {largest:,}.")
            field = FloatField if of is Float else IntegerField
            return field(label, [*validators, within])
    return None


def _choices(filters: Sequence[Filter], attribute: Any) -> Mapping[str, str]:
    """Return what a filter of the list offers for a column."""
    for item in filters:
        if isinstance(item, Choice) and item.column is attribute:
            return item.options()
    return {}


def _required(column: Any, label: str) -> list[Any]:
    if column.nullable:
        return [Optional()]
    if isinstance(column.type, String):
        # Where there is a default, "" is as good.
        has_default = column.default is not None or column.server_default is not None
        return [] if has_default else [DataRequired(f"{label} is needed.")]
    return [InputRequired(f"{label} is needed.")]


def _choice(
    column: Any, label: str, labels: Mapping[str, str], values: Mapping[str, Any] | None = None
) -> Any:
    choices = {**({"": EMPTY_VALUE} if column.nullable else {}), **labels}
    if values is None:
        return ChoiceField(label, choices=choices, coerce=lambda value: value or "")
    return MemberField(label, choices=choices, values=values)
