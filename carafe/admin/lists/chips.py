"""The filters that a list is narrowed down by, each with a link to the list without it."""

from collections.abc import Iterator
from dataclasses import dataclass

from carafe.admin.lists.filters import RelationFilter
from carafe.admin.lists.relations import label
from carafe.admin.lists.state import AppliedFilter, ListState, encode_query


@dataclass(frozen=True)
class FilterChip:
    label: str
    value: str
    remove_query: str


def chips(state: ListState) -> Iterator[FilterChip]:
    """Yield the chosen filters, except those with counts, which are displayed above the list."""
    for applied in state.filters:
        if applied.arguments and not applied.filter.counted:
            rest = {k: v for k, v in state.arguments.items() if k not in applied.filter.names}
            yield FilterChip(applied.filter.label, _value(applied), encode_query(rest))


def _value(applied: AppliedFilter) -> str:
    if isinstance(applied.filter, RelationFilter):
        return label(applied.filter, applied.arguments[applied.filter.name])
    return applied.filter.said(applied.arguments)
