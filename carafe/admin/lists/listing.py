"""The rows of a list, at a similar cost on each page and with each filter.

The query planner must not choose between the index of a filter and the index of the order. With few
matching rows it may scan the whole order index, and with many it may sort all of them for the first
page. So the rows that meet each condition are counted first, up to `COUNT_LIMIT`. If few meet one
of them, these are selected, checked, and sorted. Otherwise the order index is scanned, and rows are
checked one by one: that finds a page soon, unless matching rows are far apart. Then the page shows
what was found in `SCAN_SECONDS`, says so, and links to the rest (`scan.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import NamedTuple

from flask import request
from sqlalchemy import ColumnElement, func, select, true

from carafe.admin.columns import format_value, humanize
from carafe.admin.lists import matching
from carafe.admin.lists.matching import Clause
from carafe.admin.lists.order import Order, sort_keys
from carafe.admin.lists.rows import ListRow, load_rows, rows_in_order, rows_of
from carafe.admin.lists.scan import Scan
from carafe.admin.lists.spec import ListSpec, Sort
from carafe.admin.lists.state import ListState
from carafe.auth import quotas
from carafe.database import db
from carafe.web.pagination import (
    POSITION_ARGUMENTS,
    KeysetPaginator,
    Page,
    bounds,
)

# For the counts and rows of a page; and for its rows if the reader asks to keep searching.
SCAN_SECONDS, FURTHER_SCAN_SECONDS = 0.06, 2
PER_PAGE = 50


class Stop(NamedTuple):
    """Where a search was stopped, as the value of the column by which the list is sorted."""

    label: str
    value: str
    # Of the page that goes on with the search.
    url: str


@dataclass(frozen=True)
class ListPage:
    """A page of a list. `pages` has the URLs of the previous and next page."""

    pages: Page
    rows: list[ListRow]
    count: str
    sort: str
    stop: Stop | None = None


def load_page(state: ListState, *, per_page: int = PER_PAGE) -> ListPage:
    """Return the page that is requested by the URL."""
    spec, sort, began_at = state.spec, state.sort, monotonic()
    clauses = matching.clauses(state)
    if not clauses:
        page = _page_of_all(spec, sort, per_page)
        count = matching.count(spec, [])
        return ListPage(page, rows_of(page), matching.format_count(count), sort.name)
    order = Order.requested(spec, sort, per_page)
    if not order.position.keys and (ids := matching.ids_up_to(per_page, clauses)) is not None:
        page = Page(load_rows(spec, sort, ids), None, None, 1)
        return ListPage(page, rows_of(page), str(len(ids)), sort.name)
    clauses = matching.counted(clauses)
    if any(clause.row_count == 0 for clause in clauses):
        return ListPage(Page([], None, None), [], "0", sort.name)
    where = matching.most_selective_first(clauses)
    if where is not None:
        page, count = _page_of_few(spec, order, where)
        return ListPage(page, rows_of(page), matching.format_count(count), sort.name)
    page, stopped_at = _page_of_many(spec, clauses, order, began_at)
    rows, stop = rows_in_order(spec, sort, page), _stop(spec, order, page, stopped_at)
    count_label = _count_of_many(clauses, order, page, is_stopped=stop is not None)
    return ListPage(page, rows, count_label, sort.name, stop)


def _page_of_all(spec: ListSpec, sort: Sort, per_page: int) -> Page:
    if (sort.name, per_page) not in spec.paginators:
        keys = sort_keys(spec, sort)
        query = matching.select_columns(spec).add_columns(*keys)
        pages = KeysetPaginator(query, *keys, descending=sort.descending, per_page=per_page)
        spec.paginators[sort.name, per_page] = pages
    return spec.paginators[sort.name, per_page]()


def _page_of_few(
    spec: ListSpec, order: Order, where: Sequence[ColumnElement[bool]]
) -> tuple[Page, int]:
    """Select all matching rows, and sort them. Return the page, and how many rows match."""
    # With a LIMIT, and sorted by its own columns, planners do not flatten it.
    matches = select(*order.keys).where(*where).limit(matching.COUNT_LIMIT + 1).cte("matching")
    count = select(func.count()).select_from(matches).scalar_subquery()
    query = order.next_rows(select(count.label("row_count"), *matches.c), list(matches.c))
    keys = query.subquery("page")
    details = matching.select_columns(spec).join(keys, keys.c[order.keys[-1].key] == spec.key)
    details = details.add_columns(*keys.c).order_by(*order.sorted_by(list(keys.c)[1:]))
    rows = db.session.connection().execute(details, bounds(order.position.keys)).all()
    if not rows and order.position.keys:
        return order.page(rows), db.session.scalar(select(count)) or 0
    return order.page(rows), rows[0].row_count if rows else 0


def _page_of_many(
    spec: ListSpec, clauses: Sequence[Clause], order: Order, began_at: float
) -> tuple[Page, Sequence[object]]:
    """Scan the order index. Return the page, and where the search was stopped."""
    query = select(*order.keys)
    conditions = []
    for clause in clauses:
        # The planner only sees the conditions that this index supports.
        if matching.is_index_ordered(spec, clause, order.keys[0]):
            query = query.where(clause.condition)
        else:
            conditions.append(clause.row_condition)
    condition = matching.opaque(*conditions) if conditions else true()
    scan = Scan(query, condition, order.keys, descending=order.sort.descending)
    limit = order.per_page + 1
    if "further" not in request.args:
        rows, stopped_at = scan.run(order.position, limit, began_at + SCAN_SECONDS)
    else:
        with quotas.one_at_a_time("search"):
            rows, stopped_at = scan.run(order.position, limit, monotonic() + FURTHER_SCAN_SECONDS)
    return order.page(rows, stopped_at), stopped_at


def _count_of_many(clauses: Sequence[Clause], order: Order, page: Page, *, is_stopped: bool) -> str:
    """Return how many rows match, as far as that is known; of a stopped search, how many so far."""
    number = (page.first or 1) - 1 + len(page.rows)
    if is_stopped:
        return f"{number:,}"
    if len(clauses) == 1 and clauses[0].row_count is not None:
        return matching.format_count(clauses[0].row_count)
    if order.position.backward and not page.rows:
        return "1+"  # those beyond where this page ends
    is_last = page.first is not None and page.next_url is None
    return f"{number:,}" if is_last else f"{number:,}+"


def _stop(spec: ListSpec, order: Order, page: Page, stopped_at: Sequence[object]) -> Stop | None:
    if not stopped_at:
        return None
    name = order.sort.name.removeprefix("-")
    column = spec.columns_by_name.get(name)
    url = page.prev_url if order.position.backward else page.next_url
    return Stop(
        column.label if column else humanize(name), format_value(stopped_at[0]), f"{url}&further=y"
    )


def list_arguments() -> dict[str, str]:
    """Return the arguments of the URL, except for the position in the list.

    `view` is one of them: it skips the default view.
    """
    ignored = POSITION_ARGUMENTS | {"view"}
    return {k: value for k, value in request.args.items() if value and k not in ignored}
