"""What a list can be narrowed down by. Each filter reads its own arguments of the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    Time,
    Uuid,
    false,
    literal,
    select,
)

from app.admin.imports.values import clock, day, decimal, uuid
from app.core.pagination import Counts
from app.core.routing import LARGEST_ID, id_in
from app.core.time import UTCDateTime, reader_zone

MAX_NUMBER_LENGTH, LARGEST_NUMBER = 50, Decimal(10) ** 30

Arguments = Mapping[str, str]
Condition = ColumnElement[bool]


@dataclass
class Filter:
    """A filter by one column. Subclasses say what can be chosen, and what that means."""

    column: Any
    name: str
    label: str

    # The input that the page shows: a part of admin/_filters.html.
    kind = "choice"
    # The types of columns that it is for: any, or these.
    of: ClassVar[tuple[type, ...]] = ()
    # Whether its choices are links above the list, with the number of rows of each.
    counted = False

    @property
    def names(self) -> Sequence[str]:
        """Its arguments of the URL."""
        return [self.name]

    def condition(self, arguments: Arguments) -> Condition | None:
        """What rows must meet; None where nothing was chosen, or what makes no sense."""
        raise NotImplementedError

    def options(self) -> Mapping[str, str]:
        """What can be chosen, by the value in the URL."""
        return {}

    def said(self, arguments: Arguments) -> str:
        """What was chosen, in words."""
        return self.options().get(arguments.get(self.name, ""), "")


@dataclass
class Choice(Filter):
    """One of several values; or of conditions, where `choices` has pairs of label and condition."""

    choices: Mapping[str, Any]
    counted: bool = False

    def __post_init__(self) -> None:
        if self.counted:
            rows = {value: self.condition({self.name: value}) for value in self.choices}
            self.counts = Counts(
                **{k: select(literal(1)).where(v) for k, v in rows.items() if v is not None}
            )

    def condition(self, arguments: Arguments) -> Condition | None:
        chosen = arguments.get(self.name, "")
        if chosen not in self.choices:
            return None
        found = self.choices[chosen]
        return found[1] if isinstance(found, tuple) else self.column == chosen  # type: ignore[no-any-return]

    def options(self) -> Mapping[str, str]:
        return {k: v[0] if isinstance(v, tuple) else v for k, v in self.choices.items()}

    def labels(self) -> Mapping[str, str]:
        """What can be chosen, with the number of rows of each."""
        counts = self.counts()
        return {"": "All"} | {k: f"{label} {counts[k]}" for k, label in self.options().items()}


class Boolean(Filter):
    """Yes or no."""

    def condition(self, arguments: Arguments) -> Condition | None:
        wanted = {"yes": True, "no": False}.get(arguments.get(self.name, ""))
        return None if wanted is None else self.column.is_(wanted)

    def options(self) -> Mapping[str, str]:
        return {"yes": "Yes", "no": "No"}


class Empty(Filter):
    """Whether there is a value."""

    def condition(self, arguments: Arguments) -> Condition | None:
        wanted = {"empty": True, "set": False}.get(arguments.get(self.name, ""))
        if wanted is None:
            return None
        return self.column.is_(None) if wanted else self.column.is_not(None)  # type: ignore[no-any-return]

    def options(self) -> Mapping[str, str]:
        return {"set": "Set", "empty": "Not set"}


class Range(Filter):
    """From one value to another, both included: `name.from` and `name.to` in the URL."""

    @property
    def names(self) -> Sequence[str]:
        return [f"{self.name}.from", f"{self.name}.to"]

    def condition(self, arguments: Arguments) -> Condition | None:
        least, most = (self.read(arguments.get(name, "")) for name in self.names)
        parts = []
        if least is not None:
            parts.append(self.column >= self.start(least))
        if most is not None and self.step is not None:
            parts.append(self.column < self.start(most + self.step))
        elif most is not None:
            parts.append(self.column <= self.start(most))
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
        return number if number is not None and abs(number) < LARGEST_ID else None


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
        return datetime.combine(value, time(), reader_zone() or UTC).astimezone(UTC)


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


class Identifier(Filter):
    """By a UUID."""

    kind = "text"
    of = (Uuid,)

    def condition(self, arguments: Arguments) -> Condition | None:
        if not (text := arguments.get(self.name, "")):
            return None
        try:
            return self.column == uuid(self.column.type.as_uuid, text)  # type: ignore[no-any-return]
        except ValueError:
            return false()

    def said(self, arguments: Arguments) -> str:
        return arguments.get(self.name, "")


class Related(Filter):
    """By the number of what a row refers to; `relations` finds it for a name."""

    kind = "id"

    def condition(self, arguments: Arguments) -> Condition | None:
        if not (text := arguments.get(self.name, "")):
            return None
        id = id_in(text)
        return false() if id is None else self.column == id


def _all(parts: Sequence[Condition]) -> Condition | None:
    found: Condition | None = None
    for part in parts:
        found = part if found is None else found & part
    return found
