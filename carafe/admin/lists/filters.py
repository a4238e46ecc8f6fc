"""What a list can be narrowed down by. Each filter reads its own arguments of the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Uuid,
    false,
    literal,
    select,
)

from carafe.admin.imports.values import uuid
from carafe.web.pagination import BoundedCounts
from carafe.web.routing import parse_id

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
            self.counts = BoundedCounts(
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


class IsNull(Filter):
    """Whether there is a value."""

    def condition(self, arguments: Arguments) -> Condition | None:
        wanted = {"empty": True, "set": False}.get(arguments.get(self.name, ""))
        if wanted is None:
            return None
        return self.column.is_(None) if wanted else self.column.is_not(None)  # type: ignore[no-any-return]

    def options(self) -> Mapping[str, str]:
        return {"set": "Set", "empty": "Not set"}


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


class RelationFilter(Filter):
    """By the number of what a row refers to; `relations` finds it for a name."""

    kind = "id"

    def condition(self, arguments: Arguments) -> Condition | None:
        if not (text := arguments.get(self.name, "")):
            return None
        id = parse_id(text)
        return false() if id is None else self.column == id
