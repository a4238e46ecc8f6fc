"""Chips of the active filters, with links that remove them."""

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
    """Yield the active filters, except those with counts, which are displayed above the list."""
    for applied in state.filters:
        if applied.arguments and not applied.filter.show_counts:
            remaining = {k: v for k, v in state.arguments.items() if k not in applied.filter.names}
            yield FilterChip(applied.filter.label, _value(applied), encode_query(remaining))


def _value(applied: AppliedFilter) -> str:
    if isinstance(applied.filter, RelationFilter):
        return label(applied.filter, applied.arguments[applied.filter.name])
    return applied.filter.describe(applied.arguments)
