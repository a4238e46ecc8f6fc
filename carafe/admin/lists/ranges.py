"""Filters from one value to another: numbers, days, and times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, DateTime, Float, Integer, Numeric, Time

from carafe.admin.imports.values import clock, day, decimal
from carafe.admin.lists.filters import Arguments, Condition, Filter
from carafe.time import UTCDateTime, viewer_zone
from carafe.web.routing import MAX_ID

MAX_NUMBER_LENGTH, LARGEST_NUMBER = 50, Decimal(10) ** 30


class Range(Filter):
    """From one value to another, both included: `name.from` and `name.to` in the URL."""

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

    def said(self, arguments: Arguments) -> str:
        ends = zip(("from", "to"), self.names, strict=True)
        return " ".join(f"{end} {arguments[name]}" for end, name in ends if arguments.get(name))

    # From one value to the next, where a value stands for all up to that.
    step: Any = None

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def start(self, value: Any) -> Any:
        return value


class NumberRange(Range):
    """Whole numbers."""

    kind = "number"
    of = (Integer,)
    step = 1

    def read(self, text: str) -> int | None:
        number = int(text) if text.removeprefix("-").isdecimal() and len(text) < 20 else None
        return number if number is not None and abs(number) < MAX_ID else None


class DateRange(Range):
    """Days of the reader's zone, or of UTC where none was chosen."""

    kind = "date"
    of = DateTime, UTCDateTime
    step = timedelta(days=1)

    def read(self, text: str) -> date | None:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return day if 1900 <= day.year < 9000 else None

    def start(self, value: date) -> datetime:
        return datetime.combine(value, time(), viewer_zone() or UTC).astimezone(UTC)


class DecimalRange(Range):
    """Numbers with digits after the point."""

    kind = "number"
    of = Float, Numeric

    def read(self, text: str) -> Decimal | None:
        try:
            number = decimal(None, None, text) if len(text) < MAX_NUMBER_LENGTH else None
        except ValueError:
            return None
        return number if number is not None and abs(number) < LARGEST_NUMBER else None


class DayRange(Range):
    """Days, of columns that have no time."""

    kind = "date"
    of = (Date,)

    def read(self, text: str) -> date | None:
        try:
            return day(text)
        except ValueError:
            return None


class ClockRange(Range):
    """Times of day."""

    kind = "time"
    of = (Time,)

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
