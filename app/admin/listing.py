"""The rows of a list, at the same cost on each page and with each filter.

The database is not left to choose between the index of a filter and the one of the order: where
few rows match, the second would be read to its end for them, and where many do, all of them would
be sorted for the first page. So rows are counted first, up to `FEW`. So few are gathered by their
filter and sorted. Of more each page is near in the order, and the filter is only looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select

from app.admin.declaration import Admin, show
from app.admin.filters import Arguments
from app.core.database import db
from app.core.forms import cleaned
from app.core.pagination import Page, paginate

FEW = 10_000
PER_PAGE = 50


@dataclass
class Listing:
    """One page of a list."""

    page: Page
    rows: list[tuple[Any, list[Any]]]
    count: str
    sort: str


def read(admin: Admin, arguments: Arguments) -> Listing:
    """The page that the arguments of a URL ask for."""
    where = conditions(admin, arguments)
    sort, column, descending = admin.sort(arguments.get("sort", ""))
    count = _count(admin, where)
    statement = rows_of(admin)
    keys = [admin.key] if column is admin.key else [column, admin.key]
    if where and count <= FEW:
        # With a LIMIT, and sorted by its own columns, no planner takes it apart.
        few = select(*keys).where(*where).limit(FEW + 1).subquery("few")
        keys = list(few.c)
        statement = statement.join(few, few.c[admin.key.name] == admin.key)
    elif where:
        statement = statement.where(case((and_(*where), 1), else_=0) == 1)
    page = paginate(statement.add_columns(*keys), *keys, descending=descending, per_page=PER_PAGE)
    rows = [(row[-1], list(cells(admin, row))) for row in page.rows]
    return Listing(page, rows, _said(count), sort)


def conditions(admin: Admin, arguments: Arguments) -> list[ColumnElement[bool]]:
    """What the rows of a list must meet, by the arguments of its URL."""
    found = [one.condition(arguments) for one in admin.offered]
    if (scope := arguments.get("scope", "")) in admin.scopes:
        found.append(admin.scopes[scope][1])
    if admin.searched and (q := cleaned(arguments.get("q", ""))):
        found.append(or_(*[one.condition(q) for one in admin.searched]))
    return [one for one in found if one is not None]


def cells(admin: Admin, row: Any) -> Any:
    values = dict(zip(admin.attributes, row, strict=False))
    for column in admin.shown:
        given = [values[path] for path in column.of or [column.name]]
        yield show(column.show(*given) if column.show else given[0])


def rows_of(admin: Admin) -> Select[Any]:
    """What the columns of a list are made of, with the tables that they come from."""
    statement = select(*admin.attributes.values())
    for other, on in admin.joined.values():
        statement = statement.outerjoin(other, on)
    return statement


def _count(admin: Admin, where: list[ColumnElement[bool]]) -> int:
    some = select(literal(1)).select_from(admin.model).where(*where).limit(FEW + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _said(count: int) -> str:
    return f"{count:,}" if count <= FEW else f"{FEW:,}+"
