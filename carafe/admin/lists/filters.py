"""Filters of lists. Each reads its arguments of the URL."""

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
    """A filter by one column. Subclasses define the options and their conditions."""

    # An attribute, or None if the conditions name their columns.
    column: Any
    name: str
    label: str

    # The type of the input in admin/_filters.html.
    kind = "choice"
    # The column types that it supports, or () for any.
    types: ClassVar[tuple[type, ...]] = ()
    # Whether the options are links above the list, with their row counts.
    show_counts = False

    @property
    def names(self) -> Sequence[str]:
        """The names of its URL arguments."""
        return [self.name]

    def condition(self, arguments: Arguments) -> Condition | None:
        """Return the condition for rows, or None for no or invalid arguments."""
        raise NotImplementedError

    def problem(self, arguments: Arguments) -> str:
        """Return what is wrong with the arguments, for their author, or ""."""
        return ""

    def options(self) -> Mapping[str, str]:
        """Return the labels of the options by their values in the URL."""
        return {}

    def describe(self, arguments: Arguments) -> str:
        """Return the selected option in words."""
        return self.options().get(arguments.get(self.name, ""), "")


@dataclass
class Choice(Filter):
    """A choice of values with their labels, or of pairs of a label and a condition."""

    choices: Mapping[str, str | tuple[str, Condition]]
    show_counts: bool = False

    def __post_init__(self) -> None:
        if self.show_counts:
            conditions = {value: self.condition({self.name: value}) for value in self.choices}
            self.counts = BoundedCounts(
                **{
                    value: select(literal(1)).where(condition)
                    for value, condition in conditions.items()
                    if condition is not None
                }
            )

    def condition(self, arguments: Arguments) -> Condition | None:
        value = arguments.get(self.name, "")
        if value not in self.choices:
            return None
        choice = self.choices[value]
        return choice[1] if isinstance(choice, tuple) else self.column == value

    def options(self) -> Mapping[str, str]:
        return {k: v[0] if isinstance(v, tuple) else v for k, v in self.choices.items()}

    def labels(self) -> Mapping[str, str]:
        """Return the labels of the options with their row counts."""
        counts = self.counts()
        return {"": "All"} | {k: f"{label} {counts[k]}" for k, label in self.options().items()}


class Boolean(Filter):
    """A filter by yes or no."""

    def condition(self, arguments: Arguments) -> Condition | None:
        value = {"yes": True, "no": False}.get(arguments.get(self.name, ""))
        return None if value is None else self.column.is_(value)

    def options(self) -> Mapping[str, str]:
        return {"yes": "Yes", "no": "No"}


class IsNull(Filter):
    """A filter by whether there is a value."""

    def condition(self, arguments: Arguments) -> Condition | None:
        is_null = {"empty": True, "set": False}.get(arguments.get(self.name, ""))
        if is_null is None:
            return None
        return self.column.is_(None) if is_null else self.column.is_not(None)  # type: ignore[no-any-return]

    def options(self) -> Mapping[str, str]:
        return {"set": "Set", "empty": "Not set"}


class Identifier(Filter):
    """A filter by a UUID."""

    kind = "text"
    types = (Uuid,)

    def condition(self, arguments: Arguments) -> Condition | None:
        if not (text := arguments.get(self.name, "")):
            return None
        try:
            return self.column == uuid(self.column.type.as_uuid, text)  # type: ignore[no-any-return]
        except ValueError:
            return false()

    def describe(self, arguments: Arguments) -> str:
        return arguments.get(self.name, "")


class RelationFilter(Filter):
    """A filter by the ID of a related row, which `relations` finds by name."""

    kind = "id"

    def condition(self, arguments: Arguments) -> Condition | None:
        if not (text := arguments.get(self.name, "")):
            return None
        id = parse_id(text)
        return false() if id is None else self.column == id
