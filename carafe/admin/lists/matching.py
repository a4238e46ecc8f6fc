"""Which rows of a list match the arguments of its URL, and how many, up to `COUNT_LIMIT`."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.sql import operators

from carafe.admin.lists.search import FullText
from carafe.admin.lists.spec import ListSpec
from carafe.admin.lists.state import ListState
from carafe.database import db

COUNT_LIMIT = 10_000
# A table of many rows is not counted again at once: that took a tenth of the page.
LARGE_COUNT_TTL_SECONDS = 60

Condition = ColumnElement[bool]


class Clause(NamedTuple):
    """A condition, with the column that it is about.

    Where that is known, how many rows meet it, of many at least more than `COUNT_LIMIT`; and how
    else to ask it of one row after the other.
    """

    column: Any
    condition: Condition
    row_count: int | None = None
    row_condition: Condition | None = None


def conditions(state: ListState) -> list[Condition]:
    """Return what the rows of a list must meet."""
    where = [clause.condition for clause in _filter_clauses(state)]
    if state.search:
        searches = state.spec.searches
        where.append(or_(*[search.condition(state.search) for search in searches]))
    return where


def clauses(state: ListState) -> list[Clause]:
    """Return the same conditions with what is known about them."""
    searches = [_search_clause(state.spec, state.search)] if state.search else []
    return [*_filter_clauses(state), *searches]


def _filter_clauses(state: ListState) -> list[Clause]:
    chosen = [Clause(applied.filter.column, applied.condition) for applied in state.filters]
    if state.scope:
        chosen.append(Clause(None, state.spec.options.scopes[state.scope][1]))
    return chosen


def _search_clause(spec: ListSpec, text: str) -> Clause:
    if len(spec.searches) > 1:
        parts = [search.condition(text) for search in spec.searches]
        # One by one: PostgreSQL finds all that meet either before it counts the first.
        is_large = any(count(spec, [part]) > COUNT_LIMIT for part in parts)
        return Clause(None, or_(*parts), COUNT_LIMIT + 1 if is_large else None)
    [search] = spec.searches
    if isinstance(search, FullText):
        match = search.find(text)
        return Clause(None, match.subquery_condition, match.number, match.met)
    return Clause(getattr(search, "column", None), search.condition(text))


def most_selective_first(spec: ListSpec, chosen: Sequence[Clause]) -> list[Condition]:
    """Return the conditions; of several, planners see only the one that few rows meet.

    Without statistics SQLite takes the index of a role that everybody has: 0.7 s of a million.
    """
    where = [clause.condition for clause in chosen]
    if len(where) < 2:
        return where
    counts = [count_matching(spec, [clause], [clause.condition]) for clause in chosen]
    if min(counts) > COUNT_LIMIT:
        return where
    most_selective = where.pop(counts.index(min(counts)))
    return [most_selective, opaque(*where)]


def opaque(*where: Condition) -> Condition:
    """Return what rows are to be looked at by, and no planner is to find them by."""
    return case((and_(*where), 1), else_=0) == 1


def is_index_ordered(spec: ListSpec, clause: Clause, order: Any) -> bool:
    """Return whether an index has the rows that meet this condition in that order."""
    if clause.column is order:
        return True
    is_equality = getattr(clause.condition, "operator", None) is operators.eq
    if not is_equality or clause.column is None:
        return False
    return (clause.column.key, order.key) in spec.composite_indexes


def select_columns(spec: ListSpec) -> Select[Any]:
    """Select what the columns of a list are made of, with the tables that they come from."""
    # Named, since all columns that somebody chose may be those of another table.
    query = select(*spec.visible.attributes.values()).select_from(spec.model)
    return spec.visible.join_to(query)


def count_matching(spec: ListSpec, chosen: Sequence[Clause], where: Sequence[Condition]) -> int:
    """Return how many rows meet the conditions, which are those of the clauses."""
    if len(chosen) == 1 and chosen[0].row_count is not None:
        return chosen[0].row_count
    return count(spec, where)


def count(spec: ListSpec, where: Sequence[Condition]) -> int:
    """Return how many rows there are, up to one more than `COUNT_LIMIT`."""
    if not where and monotonic() < spec.size.large_until:
        return COUNT_LIMIT + 1
    number = count_up_to(COUNT_LIMIT, spec, where)
    if not where and number > COUNT_LIMIT:
        spec.size.large_until = monotonic() + LARGE_COUNT_TTL_SECONDS
    return number


def count_up_to(limit: int, spec: ListSpec, where: Sequence[Condition]) -> int:
    """Return how many rows there are; beyond the limit, one more than that."""
    rows = select(literal(1)).select_from(spec.model).where(*where).limit(limit + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def format_count(number: int) -> str:
    return f"{number:,}" if number <= COUNT_LIMIT else f"{COUNT_LIMIT:,}+"
