"""Keyset pagination: page 10,000 costs what page 1 costs, and nothing is counted.

A page is found by the sort key of the row it starts after (or ends before), never by a number
of rows to skip. See use-the-index-luke.com/no-offset for the idea.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Subquery,
    UnaryExpression,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)

from carafe.database import db
from carafe.database.aliases import AnySelect
from carafe.web.cursors import CursorKey, decode, encode

PER_PAGE = 20


@dataclass(slots=True)
class Page:
    """Rows of one page, and the URLs of its neighbors (None where none exists).

    `first` is the number of the first row in the list. It is counted from page to page, so rows
    that were added or deleted in the meantime can make it inexact.
    """

    rows: Sequence[Any]
    next_url: str | None
    prev_url: str | None
    first: int | None = None


class KeysetPaginator:
    """The pages of a list.

    `keys` order the rows; together they must be unique and never NULL, so the last is usually the
    primary key. They must be the statement's last columns, in this order: the cursors are read
    from the rows. An index over the same columns makes every page as fast as the first. `path` is
    that of the list, where it is not the request's. With `details`, `statement` finds the keys
    alone, of which an index can have all, and `details` joins the rest to those of the page.

    Keep one where its statement is the same for everyone: to put it together takes as long as to
    run it. Elsewhere there is `paginate`.
    """

    def __init__(
        self,
        statement: AnySelect,
        *keys: CursorKey,
        descending: bool = False,
        per_page: int = PER_PAGE,
        path: str | None = None,
        details: Callable[[Subquery], AnySelect] | None = None,
    ):
        self.statement, self.keys, self.descending = statement, keys, descending
        self.per_page, self.path, self.details = per_page, path, details
        self._statement = cache(self._build_query)
        if current_app.debug or current_app.testing:
            self._check_columns()

    def _check_columns(self) -> None:
        last = [*self.statement.selected_columns][-len(self.keys) :]
        keys = [key.expression for key in self.keys]
        if len(last) < len(keys) or not all(map(ColumnElement.shares_lineage, last, keys)):
            names = ", ".join(str(key.key) for key in self.keys)
            raise ValueError(f"The last columns must be {names}: cursors are read from them.")

    def __call__(self) -> Page:
        """The page that the request's `after` or `before` asks for."""
        backward = "before" in request.args
        cursor = request.args.get("before" if backward else "after")
        values, position = decode(cursor, self.keys) if cursor else ([], 1)
        bounds = {f"page_{n}": value for n, value in enumerate(values)}
        fetched = list(db.session.execute(self._statement(backward, bool(cursor)), bounds))

        more = len(fetched) > self.per_page
        rows = fetched[: self.per_page]
        if backward:
            rows.reverse()
        has_next, has_prev = (bool(cursor), more) if backward else (more, bool(cursor))
        first = _first_number(position, rows, backward=backward, is_start=not has_prev)
        return Page(
            rows,
            self._url("after", rows[-1], first and first + len(rows))
            if has_next and rows
            else None,
            self._url("before", rows[0], first) if has_prev and rows else None,
            first,
        )

    def _url(self, direction: str, row: Sequence[object], position: int | None) -> str:
        return _page_url(self.path, direction, [*row[-len(self.keys) :]], position)

    def _build_query(self, backward: bool, has_cursor: bool) -> AnySelect:
        keys, statement, is_descending = self.keys, self.statement, backward != self.descending
        if has_cursor:
            bounds = [bindparam(f"page_{n}", type_=key.type) for n, key in enumerate(keys)]
            left, right = tuple_(*keys), tuple_(*bounds)
            statement = statement.where(left < right if is_descending else left > right)
        query = statement.order_by(*_order_by(keys, is_descending)).limit(self.per_page + 1)
        if self.details:
            page = query.subquery("page")
            query = self.details(page).add_columns(*page.c)
            query = query.order_by(*_order_by(page.c, is_descending))
        return query


def paginate(statement: AnySelect, *keys: CursorKey, **options: Any) -> Page:
    """Run `statement` for the page that the request asks for: see `KeysetPaginator`."""
    return KeysetPaginator(statement, *keys, **options)()


def _order_by(keys: Iterable[CursorKey], descending: bool) -> list[UnaryExpression[Any]]:
    return [key.desc() if descending else key.asc() for key in keys]


class BoundedCounts:
    """Counts the rows of several statements in one query: exact up to `most`, then "10,000+".

    Make one where the module is read, with `bindparam` for what differs between requests, and
    call it with that: to put a statement together takes longer than to run it.
    """

    def __init__(self, most: int = 10_000, /, **statements: AnySelect):
        self.most, self.names = most, list(statements)
        self.statement = select(*[self._count(statement) for statement in statements.values()])

    def __call__(self, **values: object) -> dict[str, str]:
        counts = db.session.execute(self.statement, values).one()
        return {
            name: f"{count:,}" if count <= self.most else f"{self.most:,}+"
            for name, count in zip(self.names, counts, strict=True)
        }

    def _count(self, statement: AnySelect) -> ScalarSelect[int]:
        rows = statement.with_only_columns(literal(1), maintain_column_froms=True)
        limited = rows.order_by(None).limit(self.most + 1).subquery()
        return select(func.count()).select_from(limited).scalar_subquery()


def _first_number(
    position: int | None, rows: Sequence[object], *, backward: bool, is_start: bool
) -> int | None:
    """Return the number of the first row, where a cursor says the number it starts at."""
    if position is None or is_start:
        return 1 if is_start else None
    return max(position - len(rows), 1) if backward else position


def _page_url(
    path: str | None, direction: str, keys: Sequence[object], position: int | None
) -> str:
    arguments = [(k, v) for k, v in request.args.items(multi=True) if k not in ("after", "before")]
    path = path or request.script_root + request.path
    return f"{path}?{urlencode([*arguments, (direction, encode(keys, position))])}"
