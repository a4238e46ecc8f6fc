"""The text of cells as values, by the types of columns."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from math import isfinite
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Boolean, DateTime, Float, String
from wtforms import ValidationError

from app.admin.schema import LARGEST, LONGEST_LINE
from app.core.forms import on_one_line, printable
from app.core.time import UTCDateTime
from app.core.unicode import nfc

YES, NO = {"yes", "true", "1", "y", "t"}, {"no", "false", "0", "n", "f"}
UNREADABLE = "\ufffd"


def reader_of(column: Any) -> Callable[[str], Any] | None:
    """What makes a value for this column of the text in a cell."""
    kind = column.type
    if isinstance(kind, String) and kind.length:
        return partial(text, kind.length)
    if isinstance(kind, Boolean):
        return yes_or_no
    if isinstance(kind, (DateTime, UTCDateTime)):
        return moment
    for of, largest in LARGEST.items():
        if isinstance(kind, of):
            return number if of is Float else partial(whole, int(largest))
    return None


def text(length: int, value: str) -> str:
    value = nfc(value)
    value = on_one_line(value) if length <= LONGEST_LINE else value.replace("\r\n", "\n")
    if len(value) > length:
        raise ValueError(f"It has {len(value):,} characters; there is room for {length:,}.")
    if UNREADABLE in value:
        raise ValueError("It has characters that cannot be read. Is the encoding right?")
    try:
        printable(None, SimpleNamespace(data=value))
    except ValidationError as refused:
        raise ValueError(str(refused)) from None
    return value


def yes_or_no(value: str) -> bool:
    if (word := value.strip().lower()) in YES | NO:
        return word in YES
    raise ValueError("Write yes or no.")


def whole(largest: int, value: str) -> int:
    value = value.strip()
    if value.removeprefix("-").isdecimal() and len(value) <= 20 and abs(int(value)) <= largest:
        return int(value)
    raise ValueError(f"Write a whole number of at most {largest:,}.")


def number(value: str) -> float:
    try:
        found = float(value.strip())
    except ValueError:
        found = float("nan")
    if not isfinite(found):
        raise ValueError("Write a number, such as 1.5.")
    return found


def moment(value: str) -> datetime:
    """As exports write it, in UTC: "2026-11-21 15:30:00Z"."""
    try:
        found = datetime.fromisoformat(value.strip())
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("Write a time as 2026-11-21 15:30; it is taken to be UTC.") from None
    if not 1000 <= found.year < 9999:  # as in forms: the others no change of zones can bear
        raise ValueError("Give a year from 1000 to 9998.")
    return found


def choice(options: Mapping[str, str], value: str) -> str:
    if (value := value.strip()) in options:
        return value
    raise ValueError(f"Write one of {', '.join(options)}.")
