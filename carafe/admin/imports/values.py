"""The text of cells as values, by the types of columns."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import partial
from math import isfinite
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Enum, Float, Integer, Numeric, String, Time, Uuid
from wtforms import ValidationError

from carafe.admin.imports.formats import Format
from carafe.admin.schema import MAX_LINE_LENGTH, MAX_NUMBERS, MAX_TEXT_LENGTH, members_of
from carafe.time import UTCDateTime
from carafe.unicode import nfc
from carafe.web.forms import collapse_line_breaks, validate_printable

YES, NO = {"yes", "true", "1", "y", "t"}, {"no", "false", "0", "n", "f"}
UNREADABLE = "\ufffd"

# A number as programs write it, after `number_text`.
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
THOUSANDS = re.compile(r"[\s'’]")
DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\.?(?:[T,\s]+(\d.*))?")
CLOCK = re.compile(
    r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?\s*(?:([AaPp])\.?[Mm]\.?)?"
    r"\s*(Z|UTC|[+-]\d\d:?\d\d)?"
)

Reader = Callable[[str], Any]


def parser_for(column: Any) -> Reader | None:
    """Return what makes a value for this column of the text in a cell."""
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
        return partial(decimal, kind.precision, kind.scale)
    if isinstance(kind, (Float, Numeric)):
        return number
    for of, largest in MAX_NUMBERS.items():
        if isinstance(kind, of):
            return partial(parse_integer, int(largest))
    return None


def translator_of(column: Any) -> Callable[[str, Format], str] | None:
    """Return what writes a cell of this column as `reader_of` reads it."""
    kind = column.type
    if isinstance(kind, (Date, DateTime, UTCDateTime)):
        return lambda value, written: date_text(value, written.dates)
    if isinstance(kind, Integer):
        return lambda value, written: whole_text(value, written.decimal)
    if isinstance(kind, (Float, Numeric)):
        return lambda value, written: number_text(value, written.decimal)
    return None


def text(length: int, value: str) -> str:
    value = nfc(value)
    is_line = length <= MAX_LINE_LENGTH
    value = (
        collapse_line_breaks(value) if is_line else value.replace("\r\n", "\n").replace("\r", "\n")
    )
    if len(value) > length:
        raise ValueError(f"It has {len(value):,} characters; there is room for {length:,}.")
    if UNREADABLE in value:
        raise ValueError("It has characters that cannot be read. Is the encoding right?")
    try:
        validate_printable(None, SimpleNamespace(data=value))
    except ValidationError as refused:
        raise ValueError(str(refused)) from None
    return value


def parse_bool(value: str) -> bool:
    if (word := value.strip().lower()) in YES | NO:
        return word in YES
    raise ValueError("Write yes or no.")


def parse_integer(largest: int, value: str) -> int:
    value = value.strip()
    digits, _, rest = value.partition(".")
    is_whole = re.fullmatch(r"[+-]?\d{1,20}", digits, re.ASCII) and not rest.strip("0")
    if is_whole and abs(int(digits)) <= largest:
        return int(digits)
    raise ValueError(f"Write a whole number of at most {largest:,}.")


def number(value: str) -> float:
    parsed = float(value) if NUMBER.fullmatch(value := value.strip()) else float("nan")
    if not isfinite(parsed):
        raise ValueError("Write a number, such as 1.5.")
    return parsed


def decimal(precision: int | None, scale: int | None, value: str) -> Decimal:
    """Read a number exactly. More digits than a column has would be rounded."""
    try:
        parsed = Decimal(value.strip()) if NUMBER.fullmatch(value.strip()) else Decimal("NaN")
    except InvalidOperation:
        parsed = Decimal("NaN")
    if not parsed.is_finite():
        raise ValueError("Write a number, such as 1.50.")
    _, digits, exponent = parsed.normalize().as_tuple()
    after = max(-int(exponent), 0)
    if scale is not None and after > scale:
        raise ValueError(f"Write at most {scale} digits after the decimal point.")
    before = len(digits) + int(exponent)
    if precision is not None and parsed and before > precision - (scale or 0):
        raise ValueError(f"Write at most {precision - (scale or 0)} digits before the point.")
    return parsed


def parse_datetime(value: str) -> datetime:
    """Read a time as exports write it, in UTC: "2026-11-21 15:30:00Z"."""
    try:
        parsed = datetime.fromisoformat(value.strip())
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("Write a time as 2026-11-21 15:30; it is taken to be UTC.") from None
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
    if not 1000 <= year < 9999:  # as in forms: the others no change of zones can bear
        raise ValueError("Enter a year from 1000 to 9998.")


def clock(value: str) -> time:
    try:
        parsed = time.fromisoformat(_clock_text(value.strip()))
    except ValueError:
        raise ValueError("Write a time as 15:30.") from None
    return parsed.replace(tzinfo=None)


def uuid(as_uuid: bool, value: str) -> Any:
    try:
        parsed = UUID(value.strip())
    except ValueError:
        raise ValueError("Write an ID as 8-4-4-4-12 hexadecimal digits.") from None
    return parsed if as_uuid else str(parsed)


def choice(options: Mapping[str, str], value: str) -> str:
    if (value := value.strip()) in options:
        return value
    raise ValueError(f"Write one of {', '.join(options)}.")


def member(members: Mapping[str, tuple[str, Any]], value: str) -> Any:
    """Read a member of an enumeration by its name, or by its label on pages."""
    value = value.strip()
    if value in members:
        return members[value][1]
    by_name = {label.casefold(): item for label, item in members.values()}
    by_name |= {getattr(item, "name", name).casefold(): item for name, (_, item) in members.items()}
    if value.casefold() in by_name:
        return by_name[value.casefold()]
    raise ValueError(f"Write one of {', '.join(members)}.")


def number_text(value: str, mark: str) -> str:
    """Return a number with a decimal point and without separators of thousands.

    `mark` is the decimal mark of the file. Without it both are understood where they cannot mean
    two things.
    """
    value = THOUSANDS.sub("", value.replace("\u2212", "-"))
    points, commas = value.count("."), value.count(",")
    if not mark:
        if points and commas:
            mark = "." if value.rfind(".") > value.rfind(",") else ","
        elif commas:
            is_thousands = re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", value)
            if is_thousands and commas == 1:
                raise ValueError(
                    "This number is ambiguous. Choose the decimal mark of this file, or write "
                    "it without a comma."
                )
            mark = "." if is_thousands else ","
        else:
            mark = "," if points > 1 else "."
    other = "," if mark == "." else "."
    if other in value:
        if not re.fullmatch(rf"[+-]?\d{{1,3}}([{other}]\d{{3}})+([{mark}]\d*)?", value):
            expected = "1,234.56" if mark == "." else "1.234,56"
            raise ValueError(f"Write a number as {expected}, or choose another decimal mark.")
        value = value.replace(other, "")
    return value.replace(mark, ".")


def whole_text(value: str, mark: str) -> str:
    """Return a whole number without separators of thousands, which no decimal mark can be."""
    plain = THOUSANDS.sub("", value)
    if not mark and re.fullmatch(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3})+)", plain):
        return re.sub(r"[.,]", "", plain)
    return number_text(value, mark)


def decimal_mark_of(cells: Iterable[str]) -> str:
    """Return the decimal mark in these cells: "" if none has one, or they differ."""
    marks = set()
    for cell in cells:
        if re.fullmatch(r"[+-]?[\d\s'’.,]+", cell):
            if re.fullmatch(r"[+-]?[\d.\s'’]*\d,(\d{1,2}|\d{4,})", cell) or re.fullmatch(
                r"[+-]?\d{1,3}(\.\d{3})+,\d+", cell
            ):
                marks.add(",")
            elif re.fullmatch(r"[+-]?[\d,\s'’]*\d\.(\d{1,2}|\d{4,})", cell) or re.fullmatch(
                r"[+-]?\d{1,3}(,\d{3})+\.\d+", cell
            ):
                marks.add(".")
    return marks.pop() if len(marks) == 1 else ""


def date_text(value: str, order: str) -> str:
    """Return a date, and the time with it, as ISO 8601 has it, where that is clear.

    `order` is "dmy" or "mdy", or "" where nobody said.
    """
    match = DAY.fullmatch(value.strip())
    if not match:
        return value
    first, separator, second, third, rest = match.groups()
    if len(first) > 2:
        year, month, day = first, second, third
    else:
        if len(third) != 4:
            raise ValueError("Write the year with four digits.")
        order = order or _clear_order(first, separator, second)
        if not order:
            raise ValueError(
                "The day and month are ambiguous. Choose the date order of this file, or "
                "write it as 2026-11-21."
            )
        day, month = (first, second) if order == "dmy" else (second, first)
        year = third
    text = f"{year:0>4}-{month:0>2}-{day:0>2}"
    return f"{text} {_clock_text(rest)}" if rest else text


def _clear_order(first: str, separator: str, second: str) -> str:
    """Return the order of a day and a month, if it is clear: a date with points begins with it."""
    if separator == "." or int(first) > 12 or int(first) == int(second):
        return "dmy"
    return "mdy" if int(second) > 12 else ""


def date_order_of(cells: Iterable[str]) -> str:
    """Return the order in which these cells have days and months: "" if none says."""
    orders = set()
    for cell in cells:
        match = DAY.fullmatch(cell)
        if match and len(match[1]) <= 2 and match[2] != "." and match[1] != match[3]:
            orders.add(_clear_order(*match.group(1, 2, 3)))
    orders.discard("")
    return orders.pop() if len(orders) == 1 else ""


def _clock_text(value: str) -> str:
    match = CLOCK.fullmatch(value)
    if not match:
        return value
    hour, minute, second, half, zone = match.groups()
    if half:
        if not 1 <= int(hour) <= 12:
            return value
        hour = str(int(hour) % 12 + (12 if half in "pP" else 0))
    return f"{hour:0>2}:{minute}:{second or '00'}{(zone or '').replace('UTC', 'Z')}"
