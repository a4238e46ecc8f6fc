"""Filters of a list in its query string: `created_at.gte=…`, `status.in=a,b`, `title=…`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import request
from marshmallow import ValidationError, fields
from sqlalchemy import ColumnElement

from carafe.api.fields import AnyField, ResourceField
from carafe.api.problems import InvalidParameterError, InvalidValue
from carafe.database.aliases import AnyAttribute

MAX_CHOICES = 50
COMPARISONS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
}
# What every list takes.
GENERAL_PARAMETERS = ("limit", "cursor", "sort", "q", "count")


def operators(field: ResourceField) -> list[str]:
    """Return the operators of a field; "" stands for equality, without a suffix."""
    names = ["", "in"]
    if not isinstance(field.schema, (fields.Boolean, fields.Enum)):
        names += COMPARISONS
    return [*names, "null"] if field.is_nullable else names


def conditions(filters: Sequence[ResourceField]) -> list[ColumnElement[bool]]:
    """Return the conditions in the query string. Raises `InvalidParameterError` (400)."""
    by_name = {field.name: field for field in filters}
    clauses, invalid = [], []
    for parameter, texts in request.args.lists():
        if parameter in GENERAL_PARAMETERS:
            continue
        name, _, operator = parameter.partition(".")
        field = by_name.get(name)
        if field is None or operator not in operators(field):
            invalid.append(InvalidValue(_unknown(by_name), parameter=parameter))
            continue
        for text in texts:
            try:
                clauses.append(_clause(field, operator, text))
            except (ValidationError, ValueError) as error:
                detail = error.messages[0] if isinstance(error, ValidationError) else str(error)
                invalid.append(InvalidValue(detail, parameter=parameter))
    if invalid:
        raise InvalidParameterError(*invalid)
    return clauses


def is_true(parameter: str) -> bool:
    """Return whether a parameter is "true". Raise `InvalidParameterError` (400) for other texts."""
    text = request.args.get(parameter, "false")
    if text not in ("true", "false"):
        raise InvalidParameterError(InvalidValue("Use true or false.", parameter=parameter))
    return text == "true"


def _clause(field: ResourceField, operator: str, text: str) -> ColumnElement[bool]:
    column = field.attribute
    if operator == "null":
        return _truth(text, column)
    if operator == "in":
        return column.in_(_values(field, text.split(",")))
    [value] = _values(field, [text])
    return COMPARISONS[operator](column, value) if operator else column == value


def _truth(text: str, column: AnyAttribute) -> ColumnElement[bool]:
    if text not in ("true", "false"):
        raise ValueError("Use true or false.")
    return column.is_(None) if text == "true" else column.is_not(None)


def _values(field: ResourceField, texts: Sequence[str]) -> list[object]:
    if len(texts) > MAX_CHOICES:
        raise ValueError(f"Use {MAX_CHOICES} values or fewer.")
    return [field.schema.deserialize(_typed(field.schema, text)) for text in texts]


def _typed(schema: AnyField, text: str) -> object:
    """Return the JSON value that a text in a URL stands for."""
    if isinstance(schema, fields.Boolean):
        return {"true": True, "false": False}.get(text, text)
    if isinstance(schema, fields.Integer):
        digits = text.removeprefix("-")
        return int(text) if digits.isascii() and digits.isdecimal() and len(text) < 20 else text
    if isinstance(schema, fields.Float):
        return float(text)
    return text


def _unknown(names: Mapping[str, object] | Iterable[str]) -> str:
    known = ", ".join([*names, *GENERAL_PARAMETERS])
    return f"This list doesn't take this parameter. It takes {known}."
