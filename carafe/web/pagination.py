"""Keyset pagination: page 10,000 costs what page 1 costs, and nothing is counted.

A page is found by the sort key of the row it starts after (or ends before), never by a number
of rows to skip. See use-the-index-luke.com/no-offset for the idea.
"""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
from werkzeug.exceptions import NotFound

from carafe.database import db
from carafe.database.aliases import AnyAttribute, AnyExpression, AnySelect

PER_PAGE = 20
# What keys can be.
CURSOR_TYPES = int, str, float, bool, datetime, date

CursorKey = AnyExpression | AnyAttribute


@dataclass(slots=True)
class Page:
    """Rows of one page, and the URLs of its neighbors (None where none exists)."""

    rows: Sequence[Any]
    next_url: str | None
    prev_url: str | None


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
        values = _decode_cursor(cursor, self.keys) if cursor else []
        bounds = {f"page_{n}": value for n, value in enumerate(values)}
        fetched = list(db.session.execute(self._statement(backward, bool(cursor)), bounds))

        more = len(fetched) > self.per_page
        rows = fetched[: self.per_page]
        if backward:
            rows.reverse()
        has_next, has_prev = (bool(cursor), more) if backward else (more, bool(cursor))
        count = len(self.keys)
        return Page(
            rows,
            _page_url(self.path, "after", rows[-1][-count:]) if has_next and rows else None,
            _page_url(self.path, "before", rows[0][-count:]) if has_prev and rows else None,
        )

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


def _page_url(path: str | None, direction: str, keys: Sequence[object]) -> str:
    values = [v.isoformat() if isinstance(v, date) else v for v in keys]
    cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    arguments = [(k, v) for k, v in request.args.items(multi=True) if k not in ("after", "before")]
    path = path or request.script_root + request.path
    return f"{path}?{urlencode([*arguments, (direction, cursor)])}"


def _decode_cursor(cursor: str, keys: Sequence[CursorKey]) -> list[object]:
    """The key values in a cursor. One that we did not make is a page that does not exist."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(keys):
            raise ValueError(cursor)
        return [
            _parse_key(value, key.type.python_type) for value, key in zip(values, keys, strict=True)
        ]
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise NotFound from None


def _parse_key(value: Any, kind: type[Any]) -> object:
    if kind is datetime:
        time = datetime.fromisoformat(value)
        if time.tzinfo is None:
            raise ValueError(value)
        return time.astimezone(UTC)  # here, where one out of range is a page that is not there
    if kind is date:
        return date.fromisoformat(value)
    if type(value) is not kind:
        raise ValueError(value)
    if kind is int and not -(2**63) <= value < 2**63:
        raise ValueError(value)
    if kind is str:
        value.encode()
        if "\0" in value:
            raise ValueError(value)
    return value
