"""The rows of a list, at a similar cost on each page and with each filter.

The query planner must not choose between the index of a filter and the index of the order. With few
matching rows it may scan the whole order index, and with many it may sort all of them for the first
page. So the matching rows are counted first, up to `COUNT_LIMIT`. Up to that, they are selected by
the filter and sorted. With more, the order index is scanned, and rows are checked one by one; if
that is slow because matching rows are far away in the order, all of them are sorted instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from flask import request
from sqlalchemy import ColumnElement, Subquery, select

from carafe.admin.lists import matching
from carafe.admin.lists.matching import Clause
from carafe.admin.lists.spec import ListSpec, Sort
from carafe.admin.lists.state import ListState
from carafe.admin.schema import Attribute, Expression, Query
from carafe.database.timeouts import TooSlowError, statement_timeout
from carafe.web.pagination import KeysetPaginator, Page, paginate
from carafe.web.routing import MAX_ID

# Most pages take a tenth of this. Sorting 50,000 rows takes twice as long.
SCAN_TIMEOUT_SECONDS = 0.05
PER_PAGE = 50
# Arguments for a page of the list, and `view`, which skips the default view.
_POSITION_ARGUMENTS = {"after", "before", "view"}


class ListRow(NamedTuple):
    """A row of a list, with the selected values."""

    id: int
    values: Sequence[object]


@dataclass(frozen=True)
class ListPage:
    """A page of a list. `pages` has the URLs of the previous and next page."""

    pages: Page
    rows: list[ListRow]
    count: str
    sort: str


def load_page(state: ListState, *, per_page: int = PER_PAGE) -> ListPage:
    """Return the page that is requested by the URL."""
    spec, sort = state.spec, state.sort
    clauses = matching.clauses(state)
    where = matching.most_selective_first(spec, clauses)
    count = matching.count_matching(spec, clauses, where)
    if not where:
        page = _page_of_all(spec, sort, per_page)
    elif count:
        page = _page_of_matching(spec, clauses, where, sort, count=count, per_page=per_page)
    else:
        page = Page([], None, None)
    # The sort keys are the last columns, and the ID is the last of them.
    rows = [ListRow(row[-1], row) for row in page.rows]
    return ListPage(page, rows, matching.format_count(count), sort.name)


def _page_of_all(spec: ListSpec, sort: Sort, per_page: int) -> Page:
    if (sort.name, per_page) not in spec.paginators:
        keys = _keys(spec, sort)
        query = matching.select_columns(spec).add_columns(*keys)
        pages = KeysetPaginator(query, *keys, descending=sort.descending, per_page=per_page)
        spec.paginators[sort.name, per_page] = pages
    return spec.paginators[sort.name, per_page]()


def _page_of_matching(
    spec: ListSpec,
    clauses: Sequence[Clause],
    where: Sequence[ColumnElement[bool]],
    sort: Sort,
    *,
    count: int,
    per_page: int,
) -> Page:
    keys = _keys(spec, sort)
    page_of = partial(
        paginate,
        descending=sort.descending,
        per_page=per_page,
        details=partial(_details, spec),
    )
    if count <= matching.COUNT_LIMIT:
        query, columns = filter_then_sort(keys, where, matching.COUNT_LIMIT + 1)
        return page_of(query, *columns)
    scan_query = scan_in_order(spec, clauses, keys)
    try:
        with statement_timeout(SCAN_TIMEOUT_SECONDS):
            return page_of(scan_query, *keys)
    except TooSlowError:
        query, columns = filter_then_sort(keys, where, MAX_ID)
        return page_of(query, *columns)


def _keys(spec: ListSpec, sort: Sort) -> list[Attribute]:
    return [spec.key] if sort.column is spec.key else [sort.column, spec.key]


def filter_then_sort(
    keys: Sequence[Attribute], where: Sequence[ColumnElement[bool]], limit: int
) -> tuple[Query, Sequence[Expression]]:
    """Return a query for the keys of all matching rows, and its key columns."""
    # With a LIMIT, and sorted by its own columns, planners do not flatten the subquery.
    rows = select(*keys).where(*where).limit(limit).subquery("matching")
    return select(*rows.c), list(rows.c)


def scan_in_order(spec: ListSpec, clauses: Sequence[Clause], keys: Sequence[Attribute]) -> Query:
    """Return a query for the keys of matching rows that scans the order index.

    The planner only sees the conditions that this index supports.
    """
    query: Query = select(*keys)
    row_conditions = []
    for clause in clauses:
        if matching.is_index_ordered(spec, clause, keys[0]):
            query = query.where(clause.condition)
        elif clause.row_condition is None:
            row_conditions.append(clause.condition)
        else:
            row_conditions.append(clause.row_condition)
    return query.where(matching.opaque(*row_conditions)) if row_conditions else query


def _details(spec: ListSpec, page: Subquery) -> Query:
    return matching.select_columns(spec).join(page, page.c[spec.key.name] == spec.key)


def list_arguments() -> dict[str, str]:
    """Return the arguments of the URL, except for the position in the list."""
    arguments = request.args.items()
    return {k: value for k, value in arguments if value and k not in _POSITION_ARGUMENTS}
