"""What is declared of a list, made ready: how it is searched, narrowed down and sorted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean as BooleanType
from sqlalchemy import Date, DateTime, Enum, Float, Integer, Numeric, Time, Uuid

from app.admin.columns import label_of
from app.admin.lists.filters import (
    Boolean,
    Choice,
    ClockRange,
    DateRange,
    DayRange,
    DecimalRange,
    Filter,
    Identifier,
    NumberRange,
    Related,
)
from app.admin.lists.search import Exact, FullText, Prefix, Search
from app.admin.schema import has_index, members_of
from app.core.database import is_bytewise
from app.core.pagination import IN_CURSORS
from app.core.time import UTCDateTime

if TYPE_CHECKING:
    from app.admin.declaration import Admin

# The more special types first.
FILTERS: dict[type, type[Filter]] = {
    BooleanType: Boolean,
    DateTime: DateRange,
    UTCDateTime: DateRange,
    Date: DayRange,
    Time: ClockRange,
    Integer: NumberRange,
    Numeric: DecimalRange,
    Float: DecimalRange,
    Uuid: Identifier,
}
# What the URL of a list says beside its filters.
ARGUMENTS = "q", "sort", "scope", "columns", "view", "after", "before"


def search_of(admin: Admin, given: str | Search) -> Search:
    if isinstance(given, FullText) and given.model is not admin.model:
        what = f"FullText has columns of {given.model.__name__}."
        raise admin.problem("search", what, f"Give columns of {admin.model.__name__}.")
    if isinstance(given, str):
        given = Prefix(admin.own("search", given), label_of(given))
    if isinstance(given, (Prefix, Exact)):
        _check_index(admin, "search", given.column.key, given.column)
    if isinstance(given, Prefix) and not is_bytewise(given.column.type):
        what = f"{given.column.key} is in the order of a language."
        remedy = "Make its type bytewise(length) of app.core.database, or use FullText."
        raise admin.problem("search", what, remedy)
    return given


def filter_of(admin: Admin, given: str | Filter) -> Filter:
    found = given if isinstance(given, Filter) else _filter_of(admin, given)
    if found.name in ARGUMENTS:
        what = f"{found.name} in the URL is the list's own."
        raise admin.problem("filters", what, f'Call it otherwise, such as "its_{found.name}".')
    if found.column is not None:
        _check_index(admin, "filters", found.name, found.column)
        if found.of and not isinstance(found.column.type, found.of):
            what = f"{found.name} cannot be a {type(found).__name__}."
            raise admin.problem("filters", what, "Give one that fits the type of the column.")
    choices: Any = found.choices if isinstance(found, Choice) else {}
    if not isinstance(choices, Mapping):
        what = f"the choices of {found.name} have no labels."
        raise admin.problem("filters", what, 'Give {"value in the URL": "Label"}.')
    return found


def _filter_of(admin: Admin, given: str) -> Filter:
    column = admin.own("filters", given)
    label = label_of(given)
    if column.property.columns[0].foreign_keys:
        return Related(column, given, label)
    if isinstance(column.type, Enum):
        members = {name: label for name, (label, _) in members_of(column.type).items()}
        return Choice(column, given, label, members)
    for kind, filter_class in FILTERS.items():
        if isinstance(column.type, kind):
            return filter_class(column, given, label)
    raise admin.problem(
        "filters",
        f"{given} has no filter by itself.",
        f'Say what can be chosen: Choice({admin.model.__name__}.{given}, "{given}", …).',
    )


def sort_of(admin: Admin, name: str) -> Any:
    column = admin.own("sorts", name)
    own = column.property.columns[0]
    if own.nullable:
        raise admin.problem("sorts", f"{name} may be empty.", "Sort by what always has a value.")
    if own.type.python_type not in IN_CURSORS:
        kinds = ", ".join(kind.__name__ for kind in IN_CURSORS)
        raise admin.problem(
            "sorts", f"{name} cannot stand in links to pages.", f"Sort by one of {kinds}."
        )
    _check_index(admin, "sorts", name, column)
    return column


def _check_index(admin: Admin, option: str, name: str, column: Any) -> None:
    own = column.property.columns[0]
    if column.class_ is not admin.model:
        what = f"{name} is a column of {column.class_.__name__}."
        raise admin.problem(option, what, f"Give columns of {admin.model.__name__}.")
    if not has_index(column):
        raise admin.problem(
            option, f"{name} has no index.", f'Add Index("{own.name}", "{admin.key.name}").'
        )
