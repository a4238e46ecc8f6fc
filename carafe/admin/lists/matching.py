"""The rows of a list that match the arguments of its URL, and their count up to a limit."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.sql import operators

from carafe.admin.lists.search import FullText
from carafe.admin.lists.spec import ListSpec
from carafe.admin.lists.state import ListState
from carafe.admin.schema import Attribute, Query
from carafe.database import db

COUNT_LIMIT = 10_000
# Counting a large table for each page would take a tenth of its time.
LARGE_COUNT_TTL_SECONDS = 60

Condition = ColumnElement[bool]


class Clause(NamedTuple):
    """A condition, with its column.

    `row_count` is the number of matching rows, if it was counted; beyond `COUNT_LIMIT` it may be
    too low. `row_condition` checks a single row faster.
    """

    column: Attribute | None
    condition: Condition
    row_count: int | None = None
    row_condition: Condition | None = None


def conditions(state: ListState) -> list[Condition]:
    """Return the conditions that rows of a list must meet."""
    where = [clause.condition for clause in _filter_clauses(state)]
    if state.search:
        searches = state.spec.searches
        where.append(or_(*[search.condition(state.search) for search in searches]))
    return where


def clauses(state: ListState) -> list[Clause]:
    """Return the conditions that rows of a list must meet, with their columns and counts."""
    searches = [_search_clause(state.spec, state.search)] if state.search else []
    return [*_filter_clauses(state), *searches]


def _filter_clauses(state: ListState) -> list[Clause]:
    clauses = [Clause(applied.filter.column, applied.condition) for applied in state.filters]
    if state.scope:
        clauses.append(Clause(None, state.spec.options.scopes[state.scope][1]))
    return clauses


def _search_clause(spec: ListSpec, text: str) -> Clause:
    if len(spec.searches) > 1:
        parts = [search.condition(text) for search in spec.searches]
        # Separately: for both together, PostgreSQL finds all rows before it counts them.
        is_large = any(count(spec, [part]) > COUNT_LIMIT for part in parts)
        return Clause(None, or_(*parts), COUNT_LIMIT + 1 if is_large else None)
    [search] = spec.searches
    if isinstance(search, FullText):
        match = search.find(text)
        return Clause(None, match.subquery_condition, match.row_count, match.row_condition)
    return Clause(getattr(search, "column", None), search.condition(text))


def most_selective_first(spec: ListSpec, clauses: Sequence[Clause]) -> list[Condition]:
    """Return the conditions, of which planners only see the most selective one.

    Without statistics, SQLite may choose the index of a role that all users have, which takes
    0.7 s for a million rows.
    """
    where = [clause.condition for clause in clauses]
    if len(where) < 2:
        return where
    counts = [count_matching(spec, [clause], [clause.condition]) for clause in clauses]
    if min(counts) > COUNT_LIMIT:
        return where
    most_selective = where.pop(counts.index(min(counts)))
    return [most_selective, opaque(*where)]


def opaque(*where: Condition) -> Condition:
    """Wrap conditions so that the query planner cannot use an index for them."""
    return case((and_(*where), 1), else_=0) == 1


def is_index_ordered(spec: ListSpec, clause: Clause, order: Attribute) -> bool:
    """Return whether an index contains the rows that meet a condition in this order."""
    if clause.column is order:
        return True
    is_equality = getattr(clause.condition, "operator", None) is operators.eq
    if not is_equality or clause.column is None:
        return False
    return (clause.column.key, order.key) in spec.composite_indexes


def select_columns(spec: ListSpec) -> Query:
    """Return a query for the attributes of the visible columns, with their joins."""
    # With an explicit FROM: the visible columns may all come from another table.
    query = select(*spec.visible.attributes.values()).select_from(spec.model)
    return spec.visible.join_to(query)


def count_matching(spec: ListSpec, clauses: Sequence[Clause], where: Sequence[Condition]) -> int:
    """Return the number of rows that meet the conditions of the clauses."""
    if len(clauses) == 1 and clauses[0].row_count is not None:
        return clauses[0].row_count
    return count(spec, where)


def count(spec: ListSpec, where: Sequence[Condition]) -> int:
    """Return the number of rows, or `COUNT_LIMIT` + 1 if there are more than the limit."""
    if not where and monotonic() < spec.size.large_until:
        return COUNT_LIMIT + 1
    number = count_up_to(COUNT_LIMIT, spec, where)
    if not where and number > COUNT_LIMIT:
        spec.size.large_until = monotonic() + LARGE_COUNT_TTL_SECONDS
    return number


def count_up_to(limit: int, spec: ListSpec, where: Sequence[Condition]) -> int:
    """Return the number of rows, or `limit` + 1 if there are more than the limit."""
    rows = select(literal(1)).select_from(spec.model).where(*where).limit(limit + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def format_count(number: int) -> str:
    return f"{number:,}" if number <= COUNT_LIMIT else f"{COUNT_LIMIT:,}+"
