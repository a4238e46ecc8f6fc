"""The state of a list: the parsed arguments of its URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import ColumnElement

from carafe.admin.lists.filters import Arguments, Filter
from carafe.admin.lists.spec import ListSpec, Sort
from carafe.web.search_terms import clean_search_term


@dataclass(frozen=True, eq=False)
class AppliedFilter:
    """An active filter, its arguments, and the condition that they mean."""

    filter: Filter
    arguments: Mapping[str, str]
    condition: ColumnElement[bool]


@dataclass(frozen=True, eq=False)
class ListState:
    """Filters, search, and order of a list. `arguments` has all arguments of the URL."""

    spec: ListSpec
    arguments: Mapping[str, str]
    filters: Sequence[AppliedFilter]
    scope: str
    search: str
    sort: Sort

    @classmethod
    def parse(cls, spec: ListSpec, arguments: Arguments) -> ListState:
        scope = arguments.get("scope", "")
        return cls(
            spec=spec,
            arguments=arguments,
            filters=_applied(spec, arguments),
            scope=scope if scope in spec.options.scopes else "",
            search=clean_search_term(arguments.get("q", "")) if spec.searches else "",
            sort=spec.sort(arguments.get("sort", "")),
        )

    @property
    def supported_arguments(self) -> dict[str, str]:
        """The arguments that the list supports, for example without removed filters and columns."""
        arguments, spec = self.arguments, self.spec
        supported = {k: value for item in self.filters for k, value in item.arguments.items()}
        if arguments.get("q") and spec.searches:
            supported["q"] = arguments["q"]
        if self.scope:
            supported["scope"] = self.scope
        if arguments.get("sort", "").removeprefix("-") in spec.sort_columns:
            supported["sort"] = arguments["sort"]
        names = arguments.get("columns", "").split(",")
        if columns := [name for name in names if name in spec.columns_by_name]:
            supported["columns"] = ",".join(columns)
        return supported

    @property
    def ignored(self) -> list[str]:
        """The names of filters and columns among the arguments that the list does not support."""
        supported = self.supported_arguments
        names = [name for name in self.arguments if name != "columns" and name not in supported]
        columns = self.arguments.get("columns", "").split(",")
        return names + [name for name in columns if name and name not in self.spec.columns_by_name]


def _applied(spec: ListSpec, arguments: Arguments) -> list[AppliedFilter]:
    applied = []
    for item in spec.filters:
        condition = item.condition(arguments)
        if condition is not None:
            values = {name: arguments[name] for name in item.names if arguments.get(name)}
            applied.append(AppliedFilter(item, values, condition))
    return applied


def encode_query(arguments: Arguments) -> str:
    """Return the query string of arguments, sorted by name."""
    return urlencode(sorted(arguments.items()))
