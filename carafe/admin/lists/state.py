"""What the URL of a list says, as far as the list knows it: parsed once for each request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import ColumnElement

from carafe.admin.lists.filters import Arguments, Filter
from carafe.admin.lists.spec import ListSpec, Sort
from carafe.web.forms import clean_search_term


@dataclass(frozen=True, eq=False)
class AppliedFilter:
    """A filter that is in use, by these of its arguments, and what rows must meet therefore."""

    filter: Filter
    arguments: Mapping[str, str]
    condition: ColumnElement[bool]


@dataclass(frozen=True, eq=False)
class ListState:
    """How a list is filtered, searched, and sorted. `arguments` is the URL, with unknown ones."""

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
    def known_arguments(self) -> dict[str, str]:
        """The arguments that mean something: no filter or column that the list had once."""
        arguments, spec = self.arguments, self.spec
        known = {k: value for item in self.filters for k, value in item.arguments.items()}
        if arguments.get("q") and spec.searches:
            known["q"] = arguments["q"]
        if self.scope:
            known["scope"] = self.scope
        if arguments.get("sort", "").removeprefix("-") in spec.sort_columns:
            known["sort"] = arguments["sort"]
        columns = arguments.get("columns", "").split(",")
        if known_columns := [name for name in columns if name in spec.columns_by_name]:
            known["columns"] = ",".join(known_columns)
        return known

    @property
    def ignored(self) -> list[str]:
        """The names of filters and columns among the arguments that mean nothing here."""
        known = self.known_arguments
        names = [name for name in self.arguments if name != "columns" and name not in known]
        columns = self.arguments.get("columns", "").split(",")
        return names + [name for name in columns if name and name not in self.spec.columns_by_name]


def _applied(spec: ListSpec, arguments: Arguments) -> list[AppliedFilter]:
    applied = []
    for item in spec.filters:
        condition = item.condition(arguments)
        if condition is not None:
            present = {name: arguments[name] for name in item.names if arguments.get(name)}
            applied.append(AppliedFilter(item, present, condition))
    return applied


def encode_query(arguments: Arguments) -> str:
    """Return arguments as they stand in a URL, in one order."""
    return urlencode(sorted(arguments.items()))
