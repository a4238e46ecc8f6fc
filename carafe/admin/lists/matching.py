"""The rows of a list that match the arguments of its URL, and their count up to a limit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from time import monotonic
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, literal, or_, select
from sqlalchemy.sql import operators

from carafe.admin.lists.search import FullText, Search
from carafe.admin.lists.spec import ListSpec
from carafe.admin.lists.state import ListState
from carafe.admin.schema import Attribute, Query, count_query, count_rows
from carafe.database import Base, db
from carafe.database.timeouts import TooSlowError, statement_timeout

COUNT_LIMIT = 10_000
# Rows that are checked one by one in a few milliseconds.
MAX_CHECKED_ROWS = 1_000
# Counting a large table for each page would take a tenth of its time.
LARGE_COUNT_TTL_SECONDS = 60
# By an index it takes a tenth of this.
COUNT_TIMEOUT_SECONDS = 0.03

Condition = ColumnElement[bool]


class Clause(NamedTuple):
    """A condition, with its column, and how a single row is checked for it.

    `ids` is the query for matching rows. `row_count` is their number up to `COUNT_LIMIT` + 1, or
    None if they were not counted, or counting took too long.
    """

    column: Attribute | None
    condition: Condition
    row_condition: Condition
    ids: Query
    # Of a search that looks in several ways: a row matches if it meets one of them.
    parts: Sequence[Clause] = ()
    row_count: int | None = None

    @property
    def is_small(self) -> bool:
        return self.row_count is not None and self.row_count <= COUNT_LIMIT

    @property
    def check(self) -> Condition:
        """The condition that checks rows which were found by another clause."""
        return self.condition if self.is_small else self.row_condition

    def counted(self) -> Clause:
        """Return it with its row count."""
        parts = [part.counted() for part in self.parts]
        if all(part.is_small for part in parts):
            return self._replace(row_count=count_in_time(self.ids))
        # For all together, PostgreSQL would find all rows before it counts them.
        row_count = max(part.row_count or 0 for part in parts)
        return self._replace(row_count=row_count if row_count > COUNT_LIMIT else None)


def conditions(state: ListState) -> list[Condition]:
    """Return the conditions that rows of a list must meet."""
    where = [applied.condition for applied in state.filters]
    if state.scope:
        where.append(state.spec.options.scopes[state.scope][1])
    if state.search:
        searches = state.spec.searches
        where.append(or_(*[search.condition(state.search) for search in searches]))
    return where


def clauses(state: ListState) -> list[Clause]:
    """Return the conditions that rows of a list must meet, with their columns."""
    spec = state.spec
    clauses = [_clause(spec, item.filter.column, item.condition) for item in state.filters]
    if state.scope:
        clauses.append(_clause(spec, None, spec.options.scopes[state.scope][1]))
    if state.search:
        clauses.append(_search_clause(spec, state.search))
    return clauses


def _clause(spec: ListSpec, column: Attribute | None, condition: Condition) -> Clause:
    return Clause(column, condition, condition, select(spec.key).where(condition))


def _search_clause(spec: ListSpec, text: str) -> Clause:
    parts = [_clause_of_search(spec, search, text) for search in spec.searches]
    if len(parts) == 1:
        return parts[0]
    condition = or_(*[part.condition for part in parts])
    row_condition = or_(*[part.row_condition for part in parts])
    return Clause(None, condition, row_condition, select(spec.key).where(condition), parts)


def _clause_of_search(spec: ListSpec, search: Search, text: str) -> Clause:
    if isinstance(search, FullText):
        match = search.match(text)
        return Clause(None, match.condition, match.row_condition, match.ids)
    return _clause(spec, getattr(search, "column", None), search.condition(text))


def ids_up_to(most: int, clauses: Sequence[Clause]) -> list[int] | None:
    """Return the IDs of all matching rows, or None if they are more, or this takes too long.

    Most searches find one or a few rows, and need neither counts nor a plan.
    """
    most = min(most, COUNT_LIMIT)
    if len(clauses) > 1 or clauses[0].parts:
        return None
    try:
        with statement_timeout(COUNT_TIMEOUT_SECONDS):
            ids = db.session.connection().scalars(clauses[0].ids.limit(most + 1)).all()
    except TooSlowError:
        return None
    return list(ids) if len(ids) <= most else None


def counted(clauses: Sequence[Clause]) -> list[Clause]:
    """Return clauses with their row counts, as far as they are needed to choose between them.

    If few rows meet one, the others are only checked: counting matches of a search takes longer.
    """
    result: list[Clause] = []
    for clause in clauses:
        is_enough = any(
            other.row_count is not None and other.row_count <= MAX_CHECKED_ROWS for other in result
        )
        result.append(clause if is_enough else clause.counted())
    return result


def most_selective_first(clauses: Sequence[Clause]) -> list[Condition] | None:
    """Return the conditions, of which planners only see the one that the fewest rows meet.

    None if that one is met by more rows than `COUNT_LIMIT`. Without statistics, SQLite may choose
    the index of a role that all users have, which takes 0.7 s for a million rows.
    """
    small = [clause for clause in clauses if clause.is_small]
    if not small:
        return None
    first = min(small, key=lambda clause: clause.row_count or 0)
    others = [clause.check for clause in clauses if clause is not first]
    return [first.condition, opaque(*others)] if others else [first.condition]


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


def count_in_time(query: Query) -> int | None:
    """Return the number of rows up to `COUNT_LIMIT` + 1, or None if it takes too long."""
    try:
        with statement_timeout(COUNT_TIMEOUT_SECONDS):
            return count_rows(query, COUNT_LIMIT)
    except TooSlowError:
        return None


def count(spec: ListSpec, where: Sequence[Condition]) -> int:
    """Return the number of rows, or `COUNT_LIMIT` + 1 if there are more than the limit."""
    if where:
        return count_up_to(COUNT_LIMIT, spec, where)
    if monotonic() < spec.size.large_until:
        return COUNT_LIMIT + 1
    number: int = db.session.connection().scalar(_count_of_all(spec.model)) or 0
    if number > COUNT_LIMIT:
        spec.size.large_until = monotonic() + LARGE_COUNT_TTL_SECONDS
    return number


@cache  # to build it takes twice as long as to run it
def _count_of_all(model: type[Base]) -> Query:
    return count_query(select(literal(1)).select_from(model), COUNT_LIMIT)


def count_up_to(limit: int, spec: ListSpec, where: Sequence[Condition]) -> int:
    """Return the number of rows, or `limit` + 1 if there are more than the limit."""
    return count_rows(_rows(spec, where), limit)


def _rows(spec: ListSpec, where: Sequence[Condition]) -> Query:
    return select(literal(1)).select_from(spec.model).where(*where)


def format_count(number: int) -> str:
    return f"{number:,}" if number <= COUNT_LIMIT else f"{COUNT_LIMIT:,}+"
