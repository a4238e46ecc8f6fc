"""Convert the text of cells to values, by the types of columns."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from enum import Enum as PythonEnum
from functools import partial
from math import isfinite
from types import SimpleNamespace
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Enum, Float, Integer, Numeric, String, Time, Uuid
from wtforms import ValidationError

from carafe.admin.imports.formats import Format
from carafe.admin.imports.normalization import (
    normalize_date,
    normalize_integer,
    normalize_number,
    normalize_time,
)
from carafe.admin.schema import (
    MAX_LINE_LENGTH,
    MAX_NUMBERS,
    MAX_TEXT_LENGTH,
    TableColumn,
    members_of,
)
from carafe.time import UTCDateTime
from carafe.unicode import nfc
from carafe.web.fields import collapse_line_breaks, validate_printable
from carafe.web.parsed_fields import NUMBER, parse_decimal, parse_integer

YES, NO = {"yes", "true", "1", "y", "t"}, {"no", "false", "0", "n", "f"}
UNREADABLE = "\ufffd"

Parser = Callable[[str], object]


def parser_for(column: TableColumn) -> Parser | None:
    """Return the function that converts the text of a cell to a value, or None."""
    kind = column.type
    if isinstance(kind, Enum):
        return partial(member, members_of(kind))
    if isinstance(kind, String):
        return partial(text, kind.length or MAX_TEXT_LENGTH)
    if isinstance(kind, Boolean):
        return parse_bool
    if isinstance(kind, (DateTime, UTCDateTime)):
        return parse_datetime
    if isinstance(kind, Date):
        return day
    if isinstance(kind, Time):
        return clock
    if isinstance(kind, Uuid):
        return partial(uuid, kind.as_uuid)
    if isinstance(kind, Numeric) and kind.asdecimal:
        return partial(parse_decimal, kind.precision, kind.scale)
    if isinstance(kind, (Float, Numeric)):
        return number
    for number_type, largest in MAX_NUMBERS.items():
        if isinstance(kind, number_type):
            return partial(parse_integer, int(largest))
    return None


def translator_of(column: TableColumn) -> Callable[[str, Format], str] | None:
    """Return the function that converts a file's format to the one that `parser_for` expects."""
    kind = column.type
    if isinstance(kind, (Date, DateTime, UTCDateTime)):
        return lambda cell, file_format: normalize_date(cell, file_format.dates)
    if isinstance(kind, Integer):
        return lambda cell, file_format: normalize_integer(cell, file_format.decimal)
    if isinstance(kind, (Float, Numeric)):
        return lambda cell, file_format: normalize_number(cell, file_format.decimal)
    return None


def text(length: int, value: str) -> str:
    value = nfc(value)
    is_line = length <= MAX_LINE_LENGTH
    value = (
        collapse_line_breaks(value) if is_line else value.replace("\r\n", "\n").replace("\r", "\n")
    )
    if len(value) > length:
        raise ValueError(f"Too long: {len(value):,} characters (limit {length:,})")
    if UNREADABLE in value:
        raise ValueError("Contains unreadable characters. Check the encoding.")
    try:
        validate_printable(None, SimpleNamespace(data=value))
    except ValidationError as error:
        raise ValueError(str(error)) from None
    return value


def parse_bool(value: str) -> bool:
    if (word := value.strip().lower()) in YES | NO:
        return word in YES
    raise ValueError("Use yes or no.")


def number(value: str) -> float:
    parsed = float(value) if NUMBER.fullmatch(value := value.strip()) else float("nan")
    if not isfinite(parsed):
        raise ValueError("Use a number, such as 1.5.")
    return parsed


def parse_datetime(value: str) -> datetime:
    """Parse a time as exports write it, by default in UTC: "2026-11-21 15:30:00Z"."""
    try:
        parsed = datetime.fromisoformat(value.strip())
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("Use a UTC time such as 2026-11-21 15:30.") from None
    _check_year(parsed.year)
    return parsed


def day(value: str) -> date:
    try:
        parsed = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError("Write a date as 2026-11-21.") from None
    if (parsed.hour, parsed.minute, parsed.second) != (0, 0, 0):
        raise ValueError("Write a date as 2026-11-21, without a time.")
    _check_year(parsed.year)
    return parsed.date()


def _check_year(year: int) -> None:
    if not 1000 <= year < 9999:  # As in forms: time zone conversions need a margin.
        raise ValueError("Use a year between 1000 and 9998.")


def clock(value: str) -> time:
    try:
        parsed = time.fromisoformat(normalize_time(value.strip()))
    except ValueError:
        raise ValueError("Write a time as 15:30.") from None
    return parsed.replace(tzinfo=None)


def uuid(as_uuid: bool, value: str) -> UUID | str:
    try:
        parsed = UUID(value.strip())
    except ValueError:
        raise ValueError("Write an ID as 8-4-4-4-12 hexadecimal digits.") from None
    return parsed if as_uuid else str(parsed)


def choice(options: Mapping[str, str], value: str) -> str:
    if (value := value.strip()) in options:
        return value
    raise ValueError(f"Use one of: {', '.join(options)}.")


def member(members: Mapping[str, tuple[str, object]], value: str) -> object:
    """Return an enumeration member by how it is stored, or by its label, name, or value."""
    value = value.strip()
    if value in members:
        return members[value][1]
    by_text = {label.casefold(): item for label, item in members.values()}
    for _, item in members.values():
        if isinstance(item, PythonEnum):
            by_text |= {str(text).casefold(): item for text in (item.value, item.name)}
    if value.casefold() in by_text:
        return by_text[value.casefold()]
    raise ValueError(f"Use one of: {', '.join(members)}.")
