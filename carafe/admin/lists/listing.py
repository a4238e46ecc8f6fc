"""The rows of a list, at the same cost on each page and with each filter.

The database is not left to choose between the index of a filter and the one of the order: where
few rows match, the second would be read to its end for them, and where many do, all of them would
be sorted for the first page. So rows are counted first, up to `COUNT_LIMIT`. So few are gathered
by their filter and sorted. Of more each page is near in the order, and the filter is only looked
at; where that takes long, since those who match are far from there, all of them are sorted after
all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from flask import request
from sqlalchemy import ColumnElement, Select, Subquery, select

from carafe.admin.lists import matching
from carafe.admin.lists.matching import Clause
from carafe.admin.lists.spec import ListSpec, Sort
from carafe.admin.lists.state import ListState
from carafe.database.timeouts import TooSlowError, statement_timeout
from carafe.web.pagination import KeysetPaginator, Page, paginate
from carafe.web.routing import MAX_ID

# Most pages take a tenth of that. To sort 50,000 takes twice as long.
SCAN_TIMEOUT_SECONDS = 0.05
PER_PAGE = 50
# Arguments that say where in a list one is, and that it is to begin with no view.
_POSITION_ARGUMENTS = {"after", "before", "view"}


class ListRow(NamedTuple):
    """A row of a list, with the values that its columns are made of."""

    id: int
    values: Sequence[Any]


@dataclass(frozen=True)
class ListPage:
    """One page of a list; `pages` has the URLs of its neighbors."""

    pages: Page
    rows: list[ListRow]
    count: str
    sort: str


def load_page(state: ListState, *, per_page: int = PER_PAGE) -> ListPage:
    """Return the page that the request asks for."""
    spec, sort = state.spec, state.sort
    chosen = matching.clauses(state)
    where = matching.most_selective_first(spec, chosen)
    number = matching.count_matching(spec, chosen, where)
    if not where:
        page = _page_of_all(spec, sort, per_page)
    elif number:
        page = _page_of_matching(spec, chosen, where, sort, number=number, per_page=per_page)
    else:
        page = Page([], None, None)
    # The keys of the order come last, and of those the ID.
    rows = [ListRow(row[-1], row) for row in page.rows]
    return ListPage(page, rows, matching.format_count(number), sort.name)


def _page_of_all(spec: ListSpec, sort: Sort, per_page: int) -> Page:
    if (sort.name, per_page) not in spec.paginators:
        keys = _keys(spec, sort)
        query = matching.select_columns(spec).add_columns(*keys)
        pages = KeysetPaginator(query, *keys, descending=sort.descending, per_page=per_page)
        spec.paginators[sort.name, per_page] = pages
    return spec.paginators[sort.name, per_page]()


def _page_of_matching(
    spec: ListSpec,
    chosen: Sequence[Clause],
    where: Sequence[ColumnElement[bool]],
    sort: Sort,
    *,
    number: int,
    per_page: int,
) -> Page:
    keys = _keys(spec, sort)
    page_of = partial(
        paginate,
        descending=sort.descending,
        per_page=per_page,
        details=partial(_details, spec),
    )
    if number <= matching.COUNT_LIMIT:
        return page_of(*filter_then_sort(keys, where, matching.COUNT_LIMIT + 1))
    scan_query = scan_in_order(spec, chosen, keys)
    try:
        with statement_timeout(SCAN_TIMEOUT_SECONDS):
            return page_of(scan_query, *keys)
    except TooSlowError:
        return page_of(*filter_then_sort(keys, where, MAX_ID))


def _keys(spec: ListSpec, sort: Sort) -> list[Any]:
    return [spec.key] if sort.column is spec.key else [sort.column, spec.key]


def filter_then_sort(
    keys: Sequence[Any], where: Sequence[ColumnElement[bool]], limit: int
) -> list[Any]:
    """Select the keys of all rows that match, and return these by their names there as well."""
    # With a LIMIT, and sorted by its own columns, no planner takes it apart.
    rows = select(*keys).where(*where).limit(limit).subquery("matching")
    return [select(*rows.c), *rows.c]


def scan_in_order(spec: ListSpec, chosen: Sequence[Clause], keys: Sequence[Any]) -> Select[Any]:
    """Select the keys of those that match, as the order's index has them.

    What that index can tell stays in sight of the planner.
    """
    query, row_conditions = select(*keys), []
    for clause in chosen:
        if matching.is_index_ordered(spec, clause, keys[0]):
            query = query.where(clause.condition)
        elif clause.row_condition is None:
            row_conditions.append(clause.condition)
        else:
            row_conditions.append(clause.row_condition)
    return query.where(matching.opaque(*row_conditions)) if row_conditions else query


def _details(spec: ListSpec, page: Subquery) -> Select[Any]:
    return matching.select_columns(spec).join(page, page.c[spec.key.name] == spec.key)


def list_arguments() -> dict[str, str]:
    """Return what the URL says of the list, beside where in it one is."""
    arguments = request.args.items()
    return {k: value for k, value in arguments if value and k not in _POSITION_ARGUMENTS}
