"""The columns, searches, filters, and sort orders of a list, built at startup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from carafe.admin.attributes import Attributes
from carafe.admin.columns import Column
from carafe.admin.lists import declaration
from carafe.admin.lists.column_set import ColumnSet, columns_by_name
from carafe.admin.lists.filters import Filter
from carafe.admin.lists.search import Search
from carafe.admin.options import ModelOptions
from carafe.admin.schema import Attribute, Query, full_indexes, table_column
from carafe.database import Base
from carafe.web.pagination import KeysetPaginator


class Sort(NamedTuple):
    """How a list is sorted: `name` as in its URL, with "-" for descending order."""

    name: str
    column: Attribute
    descending: bool


@dataclass
class SizeCache:
    """Until when, by `time.monotonic`, a list is considered long without counting its rows."""

    large_until: float = 0.0


@dataclass(frozen=True, eq=False)
class ListSpec:
    options: ModelOptions
    attributes: Attributes
    columns_by_name: Mapping[str, Column]
    # The displayed columns: see `with_columns`.
    visible: ColumnSet
    searches: Sequence[Search]
    filters: Sequence[Filter]
    sort_columns: Mapping[str, Attribute]
    # Pairs of columns that an index of all rows begins with, in this order.
    composite_indexes: frozenset[tuple[str, ...]]
    # Shared by copies with other columns.
    size: SizeCache = field(default_factory=SizeCache)
    # Paginators of all rows, by sort order and page size.
    paginators: dict[tuple[str, int], KeysetPaginator] = field(default_factory=dict)
    # Queries for rows by ID, by sort order.
    details: dict[str, Query] = field(default_factory=dict)

    @property
    def model(self) -> type[Base]:
        return self.options.model

    @property
    def key(self) -> Attribute:
        key: Attribute = self.options.key
        return key

    @property
    def search_placeholder(self) -> str:
        return self.options.search_placeholder or " or ".join(
            search.label for search in self.searches
        )

    @property
    def search_hint(self) -> str:
        """The placeholder within a sentence: "email or name"."""
        text = self.search_placeholder
        return text[:1].lower() + text[1:]

    @property
    def default_columns(self) -> list[str]:
        """The names of the columns that are visible by default."""
        return list(self.columns_by_name)[: len(self.options.columns)]

    def with_columns(self, names: str) -> ListSpec:
        """Return a copy with these columns, "name,email", in this order.

        Unknown names are ignored. Without a valid name, the columns stay the same.
        """
        columns = [
            self.columns_by_name[name]
            for name in dict.fromkeys(names.split(","))
            if name in self.columns_by_name
        ]
        if not columns:
            return self
        return replace(self, visible=ColumnSet(self.attributes, columns), paginators={}, details={})

    def sort(self, requested: str) -> Sort:
        """Return the sort order for `sort` in the URL, or the default for unknown columns."""
        is_valid = requested.removeprefix("-") in self.sort_columns
        name = requested if is_valid else self.options.order
        return Sort(name, self.sort_columns[name.removeprefix("-")], name.startswith("-"))


def build_list(options: ModelOptions, attributes: Attributes) -> ListSpec:
    """Check the options of a list, and build it."""
    columns = columns_by_name(
        attributes, {"columns": options.columns, "optional": options.optional}
    )
    visible = list(columns.values())[: len(options.columns)]
    searches = [declaration.make_search(attributes, search) for search in options.search]
    filters = [declaration.make_filter(attributes, item) for item in options.filters]
    if len({item.name for item in filters}) < len(filters):
        raise attributes.error("filters", "Two filters have the same name.", "Use unique names.")
    sorts = {*options.sorts, options.order.removeprefix("-")}
    indexes = full_indexes(table_column(options.key).table)
    return ListSpec(
        options=options,
        attributes=attributes,
        columns_by_name=columns,
        visible=ColumnSet(attributes, visible),
        searches=searches,
        filters=filters,
        sort_columns={name: declaration.sort_column(attributes, name) for name in sorts},
        composite_indexes=frozenset(
            tuple(column.name for column in list(index.columns)[:2]) for index in indexes
        ),
    )
