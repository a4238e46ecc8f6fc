"""Build forms for columns of a model, with the limits of their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Enum, Float, Numeric, String, Time, Uuid
from wtforms import BooleanField, DateField, FloatField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from carafe.admin.columns import EMPTY_VALUE, label_of
from carafe.admin.errors import config_error
from carafe.admin.imports.values import parser_for
from carafe.admin.lists.filters import Choice, Filter
from carafe.admin.objects.fields import (
    ClockField,
    MemberField,
    RelationField,
    ZonedDateTimeField,
    validate_year,
)
from carafe.admin.schema import (
    MAX_LINE_LENGTH,
    MAX_NUMBERS,
    MAX_TEXT_LENGTH,
    Attribute,
    TableColumn,
    members_of,
    related_model,
    table_column,
)
from carafe.database import Base
from carafe.time import UTCDateTime
from carafe.web.fields import ChoiceField, LongTextField, TextField
from carafe.web.forms import Form
from carafe.web.parsed_fields import IntegerField, ParsedField

# What a field class of WTForms returns until its form is created; the stubs say otherwise.
UnboundField = Any
Validator = Callable[[Any, Any], None]


def build_form(
    model: type[Base], option: str, names: Sequence[str], filters: Sequence[Filter] = ()
) -> type[Form]:
    """Return a form class with a field for each attribute, with the choices of filters."""
    fields = {name: _field(model, option, name, filters) for name in names}
    return type(f"{model.__name__}Form", (Form,), fields)


def _field(model: type[Base], option: str, name: str, filters: Sequence[Filter]) -> UnboundField:
    attribute: Attribute = getattr(model, name, None)  # type: ignore[assignment]
    if not hasattr(getattr(attribute, "property", None), "columns"):
        raise config_error(
            model, option, f"Unknown attribute: {name}.", "Use attributes of the model."
        )
    column, label = table_column(attribute), label_of(attribute, name)
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
    remedy = "Pass your own form class, or list it only in read_only."
    raise config_error(model, option, f"No default form field for {name}.", remedy)


def _typed(column: TableColumn, label: str) -> UnboundField | None:
    column_type, validators = column.type, _required(column, label)
    if isinstance(column_type, String):
        length = column_type.length or MAX_TEXT_LENGTH
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
        parse = parser_for(column)
        assert parse, "both can be imported"  # noqa: S101
        return ParsedField(label, validators, parse=parse)
    for number_type, largest in MAX_NUMBERS.items():
        if isinstance(column_type, number_type):
            if number_type is not Float:
                return IntegerField(label, validators, min=-int(largest), max=int(largest))
            within = NumberRange(-largest, largest, f"Enter a number up to {largest:,}.")
            return FloatField(label, [*validators, within])
    return None


def _choices(filters: Sequence[Filter], attribute: Attribute) -> Mapping[str, str]:
    """Return the options of a filter of the list for a column."""
    for item in filters:
        if isinstance(item, Choice) and item.column is attribute:
            return item.options()
    return {}


def _required(column: TableColumn, label: str) -> list[Validator]:
    if column.nullable:
        return [Optional()]
    if isinstance(column.type, String):
        # A column with a default accepts "" as well.
        has_default = column.default is not None or column.server_default is not None
        return [] if has_default else [DataRequired(f"Enter the {_in_sentence(label)}.")]
    return [InputRequired(f"Enter the {_in_sentence(label)}.")]


def _in_sentence(label: str) -> str:
    return label if label.isupper() else label.lower()


def _choice(
    column: TableColumn,
    label: str,
    labels: Mapping[str, str],
    values: Mapping[str, object] | None = None,
) -> UnboundField:
    choices = {**({"": EMPTY_VALUE} if column.nullable else {}), **labels}
    if values is None:
        return ChoiceField(label, choices=choices, coerce=lambda value: value or "")
    return MemberField(label, choices=choices, values=values)
