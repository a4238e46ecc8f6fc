"""What a list displays, and how it is searched, filtered, and sorted: built once for a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from carafe.admin.attributes import Attributes
from carafe.admin.columns import Column
from carafe.admin.lists import declaration
from carafe.admin.lists.column_set import ColumnSet, columns_by_name
from carafe.admin.lists.filters import Filter
from carafe.admin.lists.search import Search
from carafe.admin.options import ModelOptions
from carafe.admin.schema import full_indexes
from carafe.web.pagination import KeysetPaginator


class Sort(NamedTuple):
    """How a list is sorted: `name` as in its URL, with "-" for descending order."""

    name: str
    column: Any
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
    sort_columns: Mapping[str, Any]
    # Pairs of columns that an index of all rows begins with, in this order.
    composite_indexes: frozenset[tuple[str, ...]]
    # Shared by all choices of columns.
    size: SizeCache = field(default_factory=SizeCache)
    # Pages of all rows, by how they are sorted and how many are on each.
    paginators: dict[tuple[str, int], KeysetPaginator] = field(default_factory=dict)

    @property
    def model(self) -> Any:
        return self.options.model

    @property
    def key(self) -> Any:
        return self.options.key

    @property
    def search_placeholder(self) -> str:
        return self.options.hint or " or ".join(search.label for search in self.searches)

    @property
    def default_columns(self) -> list[str]:
        """The names of the columns that are displayed where nobody chose others."""
        return list(self.columns_by_name)[: len(self.options.columns)]

    def with_columns(self, names: str) -> ListSpec:
        """Return the list with these columns, "name,email", in this order.

        Unknown names are ignored; if no name is known, the columns stay as they are.
        """
        columns = [
            self.columns_by_name[name]
            for name in dict.fromkeys(names.split(","))
            if name in self.columns_by_name
        ]
        if not columns:
            return self
        return replace(self, visible=ColumnSet(self.attributes, columns), paginators={})

    def sort(self, requested: str) -> Sort:
        """Return how to sort for `sort` in the URL; unknown columns mean the usual order."""
        is_known = requested.removeprefix("-") in self.sort_columns
        name = requested if is_known else self.options.order
        return Sort(name, self.sort_columns[name.removeprefix("-")], name.startswith("-"))


def build_list(options: ModelOptions, attributes: Attributes) -> ListSpec:
    """Check what was declared of a list, and prepare it."""
    columns = columns_by_name(
        attributes, {"columns": options.columns, "optional": options.optional}
    )
    visible = list(columns.values())[: len(options.columns)]
    searches = [declaration.make_search(attributes, search) for search in options.search]
    filters = [declaration.make_filter(attributes, item) for item in options.filters]
    if len({item.name for item in filters}) < len(filters):
        raise attributes.error("filters", "two have the same name.", "Give each its own.")
    sorts = {*options.sorts, options.order.removeprefix("-")}
    indexes = full_indexes(options.model.__table__)
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
