"""Build and check the searches, filters, and sort columns of a list."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Boolean as BooleanType
from sqlalchemy import Date, DateTime, Enum, Float, Integer, Numeric, Time, Uuid

from carafe.admin.attributes import Attributes
from carafe.admin.columns import humanize, label_of
from carafe.admin.lists.filters import Boolean, Choice, Filter, Identifier, RelationFilter
from carafe.admin.lists.ranges import ClockRange, DateRange, DayRange, DecimalRange, NumberRange
from carafe.admin.lists.search import Exact, FullText, Prefix, Search
from carafe.admin.schema import Attribute, has_index, members_of, primary_key, table_column
from carafe.database.base import is_binary_collated
from carafe.time import UTCDateTime
from carafe.web.cursors import CURSOR_TYPES
from carafe.web.pagination import POSITION_ARGUMENTS

# Subclasses come before their base class.
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
# Names of URL arguments that filters cannot use.
ARGUMENTS = "q", "sort", "scope", "columns", "view", *POSITION_ARGUMENTS


def make_search(attributes: Attributes, search: str | Search) -> Search:
    if isinstance(search, FullText) and search.model is not attributes.model:
        what = f"FullText uses columns of {search.model.__name__}."
        raise attributes.error("search", what, f"Use columns of {attributes.model.__name__}.")
    if isinstance(search, str):
        search = Prefix(attributes.find_own("search", search), humanize(search))
    if isinstance(search, (Prefix, Exact)):
        _check_index(attributes, "search", search.column.key, search.column)
    if isinstance(search, Prefix) and not is_binary_collated(search.column.type):
        what = f"{search.column.key} uses a language-specific collation."
        remedy = "Use binary_collated(length) from carafe.database as its type, or use FullText."
        raise attributes.error("search", what, remedy)
    return search


def make_filter(attributes: Attributes, declared: str | Filter) -> Filter:
    item = declared if isinstance(declared, Filter) else _default_filter(attributes, declared)
    if item.name in ARGUMENTS:
        what = f"{item.name} is a reserved URL parameter."
        raise attributes.error("filters", what, f'Use another name, such as "its_{item.name}".')
    if item.column is not None:
        _check_index(attributes, "filters", item.name, item.column)
        if item.types and not isinstance(item.column.type, item.types):
            what = f"{item.name} doesn't support the filter {type(item).__name__}."
            raise attributes.error("filters", what, "Use a filter that matches the column type.")
    choices: object = item.choices if isinstance(item, Choice) else {}
    if not isinstance(choices, Mapping):
        what = f"The choices of {item.name} need labels."
        raise attributes.error("filters", what, 'Use {"value in the URL": "Label"}.')
    return item


def _default_filter(attributes: Attributes, name: str) -> Filter:
    column = attributes.find_own("filters", name)
    label = label_of(column, name)
    if table_column(column).foreign_keys:
        return RelationFilter(column, name, label)
    if isinstance(column.type, Enum):
        members = {name: label for name, (label, _) in members_of(column.type).items()}
        return Choice(column, name, label, members)
    for column_type, filter_class in FILTERS.items():
        if isinstance(column.type, column_type):
            return filter_class(column, name, label)
    raise attributes.error(
        "filters",
        f"No default filter for {name}.",
        f'Pass the choices: Choice({attributes.model.__name__}.{name}, "{name}", …).',
    )


def sort_column(attributes: Attributes, name: str) -> Attribute:
    attribute = attributes.find_own("sorts", name)
    column = table_column(attribute)
    if column.nullable:
        raise attributes.error(
            "sorts", f"{name} is nullable.", "Sort by a column that is never null."
        )
    if column.type.python_type not in CURSOR_TYPES:
        kinds = ", ".join(kind.__name__ for kind in CURSOR_TYPES)
        raise attributes.error(
            "sorts", f"{name} can't be used for pagination.", f"Sort by a column of type {kinds}."
        )
    _check_index(attributes, "sorts", name, attribute)
    return attribute


def _check_index(attributes: Attributes, option: str, name: str, column: Attribute) -> None:
    if column.class_ is not attributes.model:
        what = f"{name} belongs to {column.class_.__name__}."
        raise attributes.error(option, what, f"Use columns of {attributes.model.__name__}.")
    if not has_index(column):
        raise attributes.error(
            option,
            f"{name} isn't indexed.",
            f'Add Index("{table_column(column).name}", "{primary_key(attributes.model).name}").',
        )
