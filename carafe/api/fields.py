"""Fields of a resource: what a column is in JSON, and what may be written into it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum as PythonEnum
from typing import Any

from marshmallow import ValidationError, fields, validate
from sqlalchemy import JSON, Boolean, Date, DateTime, Enum, Float, Integer, Numeric, String

from carafe.admin.schema import MAX_NUMBERS, MAX_TEXT_LENGTH, table_column
from carafe.config import ConfigError
from carafe.database.aliases import AnyAttribute, JSONObject
from carafe.unicode import nfc

# marshmallow's fields are generic in what they load.
AnyField = fields.Field[Any]
JsonValue = str | int | float | bool | list[Any] | JSONObject | None


class Text(fields.String):
    """Text in NFC, without the control characters that no keyboard makes."""

    default_error_messages = {"control": "Remove the unsupported character."}
    # The same for clients: `category` in the range of ASCII and Latin-1.
    pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"

    def __init__(self, **options: Any):
        metadata = {"pattern": self.pattern, **options.pop("metadata", {})}
        super().__init__(metadata=metadata, **options)

    def _deserialize(self, *args: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(*args, **kwargs))
        if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\r\n\t" for c in text):
            raise self.make_error("control")
        return nfc(text).replace("\r\n", "\n")


class Email(Text):
    """An email address in lowercase, as addresses are stored."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> str:
        return super()._deserialize(*args, **kwargs).lower()


class Whole(fields.Integer):
    """A JSON number without a fraction: neither "5" nor true, which marshmallow would take."""

    def __init__(self, **options: Any):
        super().__init__(strict=True, **options)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, (bool, str)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, *args, **kwargs)


class Real(fields.Float):
    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, (bool, str)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, *args, **kwargs)


class Truth(fields.Boolean):
    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


@dataclass(frozen=True)
class Field:
    """A member that needs more than its column's name: another name, or another form in JSON."""

    name: str
    attribute: str = ""
    dump: Callable[[Any], JsonValue] | None = None
    schema: AnyField | None = None


@dataclass(frozen=True, eq=False)
class ResourceField:
    """A member of a resource, and the attribute it stands for."""

    name: str
    attribute: AnyAttribute
    read_only: bool
    # How it is validated, and described in the OpenAPI document.
    schema: AnyField
    # What its values are in JSON; None where they are the same.
    dump: Callable[[Any], JsonValue] | None

    @property
    def is_nullable(self) -> bool:
        return bool(table_column(self.attribute).nullable)


def build(field: Field, attribute: AnyAttribute, *, read_only: bool) -> ResourceField:
    """Return the field for an attribute. Raises `ConfigError` for a type that JSON doesn't have."""
    schema = field.schema or _schema(attribute, read_only)
    return ResourceField(field.name, attribute, read_only, schema, field.dump or dump_of(attribute))


def dump_of(attribute: AnyAttribute) -> Callable[[Any], JsonValue] | None:
    """Return what turns a value of a column into JSON, or None if it can stay as it is."""
    kind = attribute.type
    if isinstance(kind, Enum) and kind.enum_class:
        return _dump_member
    if isinstance(kind, DateTime) or kind.python_type is datetime:
        return dump_time
    if kind.python_type is date:
        return _dump_date
    return _dump_decimal if kind.python_type is Decimal else None


def dump_time(value: datetime | None) -> str | None:
    """Return a time in UTC as RFC 3339 has it: "2026-11-30T20:15:00.123456Z"."""
    if value is None:
        return None
    # Columns return UTC, and a list has two times in each row.
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return f"{in_utc.isoformat()[:-6]}Z"


def _dump_date(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _dump_decimal(value: Decimal | None) -> str | None:
    # A string: a JSON number would be read as a binary fraction.
    return None if value is None else str(value)


def _dump_member(value: PythonEnum | str | None) -> JsonValue:
    return value.value if isinstance(value, PythonEnum) else value


def _schema(attribute: AnyAttribute, read_only: bool) -> AnyField:
    column = table_column(attribute)
    has_default = column.default is not None or column.server_default is not None
    is_required = not (column.nullable or has_default or read_only)
    options: JSONObject = {
        "required": is_required,
        "allow_none": bool(column.nullable),
        "dump_only": read_only,
        "metadata": {"description": column.comment or ""} if column.comment else {},
    }
    kind = column.type
    if isinstance(kind, Enum):
        return _enum(kind, options)
    if isinstance(kind, String):
        least = 1 if is_required else 0
        length = validate.Length(
            min=least or None,
            max=kind.length or MAX_TEXT_LENGTH,
            error="Use {max} characters or fewer." if not least else "Use 1 to {max} characters.",
        )
        return Text(validate=length, **options)
    for column_type, build_field in _BUILDERS.items():
        if isinstance(kind, column_type) or column_type is kind.python_type:
            return build_field(kind, options)
    raise ConfigError(
        f"The column {attribute.key} can't be part of an API: {kind!r} has no form in JSON.",
        "Leave it out, or add a property for it.",
    )


def _enum(kind: Enum, options: Mapping[str, Any]) -> AnyField:
    if kind.enum_class is None:
        return Text(validate=validate.OneOf(kind.enums), **options)
    return fields.Enum(kind.enum_class, by_value=True, **options)


def _integer(kind: Any, options: Mapping[str, Any]) -> AnyField:
    most = next(limit for cls, limit in MAX_NUMBERS.items() if isinstance(kind, cls))
    return Whole(validate=validate.Range(min=-most - 1, max=most), **options)


def _decimal(kind: Any, options: Mapping[str, Any]) -> AnyField:
    whole_digits = (kind.precision or 30) - (kind.scale or 0)

    def fits(value: Decimal) -> None:
        if abs(value) >= 10**whole_digits or value != round(value, kind.scale or 0):
            raise ValidationError(
                f"Use at most {whole_digits} digits and {kind.scale or 0} decimals."
            )

    return fields.Decimal(as_string=True, allow_nan=False, validate=fits, **options)


_BUILDERS: dict[type, Callable[[Any, Mapping[str, Any]], AnyField]] = {
    JSON: lambda kind, options: fields.Raw(**options),
    Boolean: lambda kind, options: Truth(**options),
    Float: lambda kind, options: Real(allow_nan=False, **options),
    Integer: _integer,
    Numeric: _decimal,
    Date: lambda kind, options: fields.Date(**options),
    datetime: lambda kind, options: fields.AwareDateTime(
        format="iso", default_timezone=UTC, **options
    ),
}
