"""Filters by a range of numbers, days, or times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from sqlalchemy import Date, DateTime, Float, Integer, Numeric, Time

from carafe.admin.imports.values import clock, day
from carafe.admin.lists.filters import Arguments, Condition, Filter
from carafe.time import UTCDateTime, format_date, now, viewer_zone
from carafe.web.parsed_fields import parse_decimal
from carafe.web.routing import MAX_ID

MAX_NUMBER_LENGTH, MAX_NUMBER = 50, Decimal(10) ** 30

# The last days that a link selects, with its text.
PRESETS = (1, "Today"), (7, "7 days"), (30, "30 days")

T = TypeVar("T")


class Preset(NamedTuple):
    """A link to the list with a usual range. `query` includes the list's other arguments."""

    label: str
    query: str
    is_active: bool


class Range(Filter, Generic[T]):
    """A range that includes both ends: `name.from` and `name.to` in the URL."""

    # The distance to the next value, if a value stands for everything up to it.
    step: Any = None

    @property
    def names(self) -> Sequence[str]:
        return [f"{self.name}.from", f"{self.name}.to"]

    def condition(self, arguments: Arguments) -> Condition | None:
        minimum, maximum = (self.read(arguments.get(name, "")) for name in self.names)
        parts = []
        if minimum is not None:
            parts.append(self.column >= self.start(minimum))
        if maximum is not None and self.step is not None:
            parts.append(self.column < self.start(maximum + self.step))
        elif maximum is not None:
            parts.append(self.column <= self.start(maximum))
        return _all(parts)

    def problem(self, arguments: Arguments) -> str:
        texts = [text for name in self.names if (text := arguments.get(name, ""))]
        unreadable = [text for text in texts if self.read(text) is None]
        return (
            f"{self.label}: “{unreadable[0]}” isn't a {self.kind}, so it was ignored."
            if unreadable
            else ""
        )

    def describe(self, arguments: Arguments) -> str:
        ends = zip(("from", "to"), self.names, strict=True)
        return " ".join(
            f"{end} {self.format(arguments[name])}" for end, name in ends if arguments.get(name)
        )

    def presets(self, arguments: Arguments) -> list[Preset]:
        return []

    def format(self, text: str) -> str:
        return text

    def read(self, text: str) -> T | None:
        raise NotImplementedError

    def start(self, value: T) -> object:
        return value


class NumberRange(Range[int]):
    """A range of whole numbers."""

    kind = "number"
    types = (Integer,)
    step = 1

    def read(self, text: str) -> int | None:
        number = int(text) if text.removeprefix("-").isdecimal() and len(text) < 20 else None
        return number if number is not None and abs(number) < MAX_ID else None


class DayRange(Range[date]):
    """A range of days, for columns without a time."""

    kind = "date"
    types: ClassVar[tuple[type, ...]] = (Date,)

    def read(self, text: str) -> date | None:
        try:
            return day(text)
        except ValueError:
            return None

    def format(self, text: str) -> str:
        value = self.read(text)
        return format_date(value) if value else text

    def presets(self, arguments: Arguments) -> list[Preset]:
        start, end = self.names
        today = now().astimezone(viewer_zone() or UTC).date()
        others = {k: value for k, value in arguments.items() if k not in self.names}
        presets = []
        for days, label in PRESETS:
            first = str(today - timedelta(days=days - 1))
            is_active = arguments.get(start) == first and not arguments.get(end)
            presets.append(Preset(label, urlencode(others | {start: first}), is_active))
        return presets


class DateRange(DayRange):
    """A range of days in the user's time zone, by default UTC, for columns with a time."""

    types = DateTime, UTCDateTime
    step = timedelta(days=1)

    def read(self, text: str) -> date | None:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return day if 1900 <= day.year < 9000 else None

    def start(self, value: date) -> datetime:
        return datetime.combine(value, time(), viewer_zone() or UTC).astimezone(UTC)


class DecimalRange(Range[Decimal]):
    """A range of decimal numbers."""

    kind = "number"
    types = Float, Numeric

    def read(self, text: str) -> Decimal | None:
        try:
            number = parse_decimal(None, None, text) if len(text) < MAX_NUMBER_LENGTH else None
        except ValueError:
            return None
        return number if number is not None and abs(number) < MAX_NUMBER else None


class ClockRange(Range[time]):
    """A range of times of day."""

    kind = "time"
    types = (Time,)

    def read(self, text: str) -> time | None:
        try:
            return clock(text) if text else None
        except ValueError:
            return None


def _all(parts: Sequence[Condition]) -> Condition | None:
    combined: Condition | None = None
    for part in parts:
        combined = part if combined is None else combined & part
    return combined
