"""The rows of a list, at the same cost on each page and with each filter.

The database is not left to choose between the index of a filter and the one of the order: where
few rows match, the second would be read to its end for them, and where many do, all of them would
be sorted for the first page. So rows are counted first, up to `FEW`. So few are gathered by their
filter and sorted. Of more each page is near in the order, and the filter is only looked at; where
that takes long, since those who match are far from there, all of them are sorted after all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, NamedTuple

from flask import request
from markupsafe import Markup
from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql import operators

from app.admin.declaration import Admin
from app.admin.lists.cells import cells_of
from app.admin.lists.filters import Arguments
from app.admin.lists.search import FullText
from app.core.database import db
from app.core.forms import cleaned
from app.core.pagination import Page, Pages, paginate
from app.core.routing import LARGEST_ID
from app.core.time_limit import TooSlowError, time_limit

FEW = 10_000
# A table of many rows is not counted again at once: that took a tenth of the page.
MANY_SECONDS = 60
# Most pages take a tenth of that. To sort 50,000 takes twice as long.
WALK_SECONDS = 0.05
PER_PAGE = 50
# Arguments that say where in a list one is, and that it is to begin with no view.
_MOVES = {"after", "before", "view"}


class Chosen(NamedTuple):
    """A condition, with the column that it is about.

    Where that is known, how many rows meet it, of many at least more than `FEW`; and how else to
    ask it of one row after the other.
    """

    of: Any
    condition: ColumnElement[bool]
    known: int | None = None
    met: ColumnElement[bool] | None = None


@dataclass
class Listing:
    """One page of a list."""

    page: Page
    # Of each row the id, and its cells as HTML.
    rows: list[tuple[Any, Markup]]
    count: str
    sort: str


def read(
    admin: Admin, arguments: Arguments, *, ticked: bool = False, per_page: int = PER_PAGE
) -> Listing:
    """The page that the arguments of a URL ask for; `ticked`, with boxes to choose rows by."""
    chosen = _chosen(admin, arguments)
    sort, column, descending = admin.sort(arguments.get("sort", ""))
    keys = [admin.key] if column is admin.key else [column, admin.key]
    where = _narrowest_first(admin, chosen)
    number = _number(admin, chosen, where)
    turn = partial(paginate, descending=descending, per_page=per_page)
    if not where:
        if (sort, per_page) not in admin.pages:
            all_rows = rows_of(admin).add_columns(*keys)
            admin.pages[sort, per_page] = Pages(
                all_rows, *keys, descending=descending, per_page=per_page
            )
        page = admin.pages[sort, per_page]()
    elif number > FEW:
        walked = _walked(admin, chosen, keys)
        try:
            with time_limit(WALK_SECONDS):
                page = turn(walked, *keys, details=partial(_details, admin))
        except TooSlowError:
            page = turn(*_gathered(keys, where, LARGEST_ID), details=partial(_details, admin))
    elif number:
        page = turn(*_gathered(keys, where, FEW + 1), details=partial(_details, admin))
    else:
        page = Page([], None, None)
    cells = cells_of(admin, page.rows, ticked=ticked)
    rows = [(row[-1], one) for row, one in zip(page.rows, cells, strict=True)]
    return Listing(page, rows, said(number), sort)


def _gathered(keys: Sequence[Any], where: Sequence[ColumnElement[bool]], most: int) -> list[Any]:
    """The keys of all rows that match, and these by their names there."""
    # With a LIMIT, and sorted by its own columns, no planner takes it apart.
    matching = select(*keys).where(*where).limit(most).subquery("matching")
    return [select(*matching.c), *matching.c]


def _walked(admin: Admin, chosen: Sequence[Chosen], keys: Sequence[Any]) -> Select[Any]:
    """The keys of those that match, as the order's index has them.

    What that index can tell stays in sight of the planner.
    """
    found, looked_at = select(*keys), []
    for one in chosen:
        if _is_seen(admin, one, keys[0]):
            found = found.where(one.condition)
        else:
            looked_at.append(one.condition if one.met is None else one.met)
    return found.where(hidden(*looked_at)) if looked_at else found


def _narrowest_first(admin: Admin, chosen: list[Chosen]) -> list[ColumnElement[bool]]:
    """The conditions; of several, planners see the one alone that few rows meet.

    Without statistics SQLite takes the index of a role that everybody has: 0.7 s of a million.
    """
    where = [one.condition for one in chosen]
    if len(where) < 2:
        return where
    numbers = [_number(admin, [one], [one.condition]) for one in chosen]
    if min(numbers) > FEW:
        return where
    narrowest = where.pop(numbers.index(min(numbers)))
    return [narrowest, hidden(*where)]


def hidden(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """What rows are to be looked at by, and no planner is to find them by."""
    return case((and_(*where), 1), else_=0) == 1


def _is_seen(admin: Admin, one: Chosen, order: Any) -> bool:
    """Whether an index has the rows that meet this condition in that order."""
    is_one = getattr(one.condition, "operator", None) is operators.eq
    return one.of is order or (
        is_one and one.of is not None and (one.of.key, order.key) in admin.pairs
    )


def kept() -> dict[str, str]:
    """What the URL says of the list, beside where in it one is."""
    return {name: value for name, value in request.args.items() if value and name not in _MOVES}


def conditions(admin: Admin, arguments: Arguments) -> list[ColumnElement[bool]]:
    """What the rows of a list must meet, by the arguments of its URL."""
    where = [one.condition for one in _narrowed(admin, arguments)]
    if q := _asked(admin, arguments):
        where.append(or_(*[one.condition(q) for one in admin.searched]))
    return where


def _chosen(admin: Admin, arguments: Arguments) -> list[Chosen]:
    q = _asked(admin, arguments)
    return [*_narrowed(admin, arguments), *([_searched(admin, q)] if q else [])]


def _narrowed(admin: Admin, arguments: Arguments) -> list[Chosen]:
    found = [(one.column, one.condition(arguments)) for one in admin.offered]
    if (scope := arguments.get("scope", "")) in admin.scopes:
        found.append((None, admin.scopes[scope][1]))
    return [Chosen(of, condition) for of, condition in found if condition is not None]


def _asked(admin: Admin, arguments: Arguments) -> str:
    return cleaned(arguments.get("q", "")) if admin.searched else ""


def _searched(admin: Admin, q: str) -> Chosen:
    if len(admin.searched) > 1:
        parts = [one.condition(q) for one in admin.searched]
        # One by one: PostgreSQL finds all that meet either before it counts the first.
        many = any(count(admin, [part]) > FEW for part in parts)
        return Chosen(None, or_(*parts), FEW + 1 if many else None)
    [search] = admin.searched
    if isinstance(search, FullText):
        found = search.find(q)
        return Chosen(None, found.gathered, found.number, found.met)
    return Chosen(getattr(search, "column", None), search.condition(q))


def _details(admin: Admin, page: Subquery) -> Select[Any]:
    return rows_of(admin).join(page, page.c[admin.key.name] == admin.key)


def rows_of(admin: Admin) -> Select[Any]:
    """What the columns of a list are made of, with the tables that they come from."""
    # Named, since all columns that somebody chose may be those of another table.
    statement = select(*admin.attributes.values()).select_from(admin.model)
    for other, on in admin.joined.values():
        statement = statement.outerjoin(other, on)
    return statement


def _number(admin: Admin, chosen: list[Chosen], where: list[ColumnElement[bool]]) -> int:
    if len(chosen) == 1 and chosen[0].known is not None:
        return chosen[0].known
    return count(admin, where)


def count(admin: Admin, where: list[ColumnElement[bool]]) -> int:
    """How many rows there are, up to one more than `FEW`."""
    if not where and monotonic() < admin.whole.many_until:
        return FEW + 1
    number = count_to(FEW, admin, where)
    if not where and number > FEW:
        admin.whole.many_until = monotonic() + MANY_SECONDS
    return number


def count_to(most: int, admin: Admin, where: Sequence[ColumnElement[bool]]) -> int:
    """How many rows there are; beyond `most`, one more than that."""
    some = select(literal(1)).select_from(admin.model).where(*where).limit(most + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def said(count: int) -> str:
    return f"{count:,}" if count <= FEW else f"{FEW:,}+"
