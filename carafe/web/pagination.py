"""Keyset pagination: page 10,000 costs as much as page 1, and nothing is counted.

A page is found by the sort key of the row it starts after (or ends before), never by an offset.
use-the-index-luke.com/no-offset explains the idea.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from flask import current_app
from flask.globals import request_ctx
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    UnaryExpression,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import QueryableAttribute

from carafe.database import db
from carafe.database.aliases import AnySelect
from carafe.database.labels import label_attributes
from carafe.database.transactions import takes_write_lock
from carafe.web.cursors import CursorKey, decode, encode

PER_PAGE = 20
# Arguments that belong to one page of a list.
POSITION_ARGUMENTS = {"after", "before", "further"}


@dataclass(slots=True)
class Page:
    """The rows of one page, and the URLs of its neighbors (None where the list ends).

    `first` is the number of the first row in the list. It is counted from page to page, so rows
    added or deleted in the meantime can make it inexact.
    """

    rows: Sequence[Any]
    next_url: str | None
    prev_url: str | None
    first: int | None = None


class Position(NamedTuple):
    """Where in a list a page starts: after the row with these keys, or ends: before it.

    `number` is that of the row at this position. Without keys, it is the start or the end.
    """

    backward: bool
    keys: Sequence[object]
    number: int | None

    @classmethod
    def requested(cls, keys: Sequence[CursorKey]) -> Self:
        """Return the position that the request's `after` or `before` asks for."""
        arguments = request_ctx.request.args
        backward = "before" in arguments
        cursor = arguments.get("before" if backward else "after")
        return cls(backward, *(decode(cursor, keys) if cursor else ([], 1)))


class KeysetPaginator:
    """The pages of a list.

    `keys` order the rows; together they must be unique and never NULL, so the last is usually the
    primary key. They must be the statement's last columns, in this order: the cursors are read
    from the rows. An index over the same columns makes every page as fast as the first. `path` is
    that of the list, where it is not the request's.

    Create one at import time if its statement is the same for everyone, because building it takes
    as long as running it. Otherwise, use `paginate`.
    """

    def __init__(
        self,
        statement: AnySelect,
        *keys: CursorKey,
        descending: bool = False,
        per_page: int = PER_PAGE,
        path: str | None = None,
    ):
        self.statement, self.keys, self.descending = statement, keys, descending
        self.per_page, self.path = per_page, path
        self._statement = cache(self._build_query)
        self._selects_columns = all(
            isinstance(column["expr"], (ColumnElement, QueryableAttribute))
            for column in statement.column_descriptions
        )
        if current_app.debug or current_app.testing:
            self._check_columns()

    def _check_columns(self) -> None:
        last = [*self.statement.selected_columns][-len(self.keys) :]
        keys = [key.expression for key in self.keys]
        if len(last) < len(keys) or not all(map(ColumnElement.shares_lineage, last, keys)):
            names = ", ".join(str(key.key) for key in self.keys)
            raise ValueError(f"The last columns must be {names}: cursors are read from them.")

    def __call__(self) -> Page:
        """The page that the request asks for."""
        position = Position.requested(self.keys)
        query = self._statement(position.backward, bool(position.keys))
        rows = self._fetch(query, bounds(position.keys))
        return page_at(position, rows, len(self.keys), per_page=self.per_page, path=self.path)

    def _fetch(self, query: AnySelect, values: Mapping[str, object]) -> Sequence[Any]:
        # Past the ORM, which makes no entities of columns anyway: half of the time. What it has
        # yet to write, such a query would not see.
        if self._selects_columns and not takes_write_lock():
            return db.session.connection().execute(query, values).all()
        return db.session.execute(query, values).all()

    def _build_query(self, backward: bool, has_cursor: bool) -> AnySelect:
        is_descending = backward != self.descending
        query = label_attributes(self.statement) if self._selects_columns else self.statement
        if has_cursor:
            query = query.where(is_beyond(self.keys, is_descending))
        return query.order_by(*order_by(self.keys, is_descending)).limit(self.per_page + 1)


def paginate(statement: AnySelect, *keys: CursorKey, **options: Any) -> Page:
    """Run `statement` for the requested page: see `KeysetPaginator`."""
    return _paginator(statement, *keys, **options)()


@lru_cache(maxsize=64)
def _paginator(statement: AnySelect, *keys: CursorKey, **options: Any) -> KeysetPaginator:
    return KeysetPaginator(statement, *keys, **options)


def is_beyond(keys: Sequence[CursorKey], descending: bool) -> ColumnElement[bool]:
    """Return the condition for rows beyond a position: see `bounds`."""
    values = [bindparam(f"page_{n}", type_=key.type) for n, key in enumerate(keys)]
    left, right = tuple_(*keys), tuple_(*values)
    return left < right if descending else left > right


def bounds(keys: Sequence[object]) -> dict[str, object]:
    """Return the parameters of `is_beyond` for the position of these keys."""
    return {f"page_{n}": value for n, value in enumerate(keys)}


def order_by(keys: Iterable[CursorKey], descending: bool) -> list[UnaryExpression[Any]]:
    return [key.desc() if descending else key.asc() for key in keys]


def page_at(
    position: Position,
    rows: Sequence[Any],
    key_count: int,
    *,
    per_page: int,
    path: str | None = None,
    stopped_at: Sequence[object] = (),
) -> Page:
    """Return the page with these rows, of which there is one more if another page follows.

    They are in the direction of `position`, and end with their keys. `stopped_at` has the keys of
    the row at which a search stopped before the page was full.
    """
    backward, start, number = position
    more = len(rows) > per_page or bool(stopped_at)
    rows = [*rows[:per_page]]
    near = rows[0][-key_count:] if rows else stopped_at
    far = stopped_at or (rows[-1][-key_count:] if rows else ())
    if backward:
        rows.reverse()
    has_next, has_prev = (bool(start), more) if backward else (more, bool(start))
    top, bottom = (far, near) if backward else (near, far)
    first = _first_number(number, rows, backward=backward, is_start=not has_prev)
    after = before = None
    if has_next and bottom:
        after = _page_url(path, "after", bottom, first and first + len(rows))
    if has_prev and top:
        before = _page_url(path, "before", top, first)
    return Page(rows, after, before, first)


class BoundedCounts:
    """The row counts of several statements in one query: exact up to `limit`, then "10,000+".

    Create one at import time, with `bindparam` for what differs between requests, and call it with
    those values, because building a statement takes longer than running it.
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
    """Return the number of the first row, if a cursor contains it."""
    if position is None or is_start:
        return 1 if is_start else None
    return max(position - len(rows), 1) if backward else position


def _page_url(
    path: str | None, direction: str, keys: Sequence[object], position: int | None
) -> str:
    request = request_ctx.request
    arguments = [(k, v) for k, v in request.args.items(multi=True) if k not in POSITION_ARGUMENTS]
    path = path or request.script_root + request.path
    return f"{path}?{urlencode([*arguments, (direction, encode(keys, position))])}"
