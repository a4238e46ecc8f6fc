"""Pages of a list: by keyset, with ties and NULLs in the sort column, in both directions.

The order is the sort column and then the ID, so that it is total. Rows without a value come last,
whatever the direction and the database: they are a second part of the list, in the order of their
IDs. Each part is a range of an index. A cursor holds the keys of the last row that was sent; rows
that others add or delete never move it.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict
from urllib.parse import urlencode

from flask import current_app, request
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)

from carafe.api.problems import InvalidCursorError, InvalidParameterError, InvalidValue
from carafe.database import db
from carafe.database.aliases import AnyAttribute, AnyRow, AnySelect
from carafe.security.signing import Sha256Signer
from carafe.web.cursors import parse_keys
from carafe.web.urls import public_url

DEFAULT_LIMIT, MAX_LIMIT = 20, 100
# To count more takes long, and nobody needs to know.
MAX_COUNT = 10_000


class Count(TypedDict):
    """How many rows a list has; if that isn't `exact`, it has more."""

    value: int
    exact: bool


@dataclass(frozen=True, eq=False)
class Order:
    """How a list is sorted: by a column, in one direction, and by ID where that is equal."""

    name: str
    key: AnyAttribute
    id: AnyAttribute
    descending: bool
    nullable: bool

    @property
    def columns(self) -> list[ColumnElement[object]]:
        ascending = self.key, self.id
        return [column.desc() if self.descending else column.asc() for column in ascending]


class PagedQuery:
    """The statements for the pages of a list: a query whose columns end with sort key and ID.

    A list without filters keeps its `PagedQuery`: to build and look up a statement takes SQLAlchemy
    as long as to run it.
    """

    def __init__(self, query: AnySelect, order: Order):
        self.order = order
        self._query = query.order_by(*order.columns).limit(bindparam("limit"))

    def statement(self, *, with_key: bool, after: bool) -> AnySelect:
        """Return the statement for rows that have a sort key, or for those that have none.

        Its parameters are `limit`, and with `after`, `after_key` and `after_id`.
        """
        return self._statements[with_key, after]

    def count(self, parameters: Mapping[str, object]) -> Count:
        """Return the number of rows, exact up to `MAX_COUNT`."""
        number: int = db.session.connection().execute(self._count, parameters).scalar_one()
        return {"value": min(number, MAX_COUNT), "exact": number <= MAX_COUNT}

    @cached_property
    def _count(self) -> AnySelect:
        rows = self._query.with_only_columns(literal(1), maintain_column_froms=True)
        return select(func.count()).select_from(rows.order_by(None).limit(MAX_COUNT + 1).subquery())

    @cached_property
    def _statements(self) -> dict[tuple[bool, bool], AnySelect]:
        order, query = self.order, self._query
        parts = {True: query.where(order.key.is_not(None)) if order.nullable else query}
        if order.nullable:
            parts[False] = query.where(order.key.is_(None))
        following = {part: query.where(_after(order, part)) for part, query in parts.items()}
        return {(part, False): query for part, query in parts.items()} | {
            (part, True): query for part, query in following.items()
        }


def read_limit(args: Mapping[str, str]) -> int:
    text = args.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MAX_LIMIT):
        reason = f"Use a number from 1 to {MAX_LIMIT}."
        raise InvalidParameterError(InvalidValue(reason, parameter="limit"))
    return int(text)


def fetch_page(
    query: PagedQuery, scope: Sequence[object], parameters: Mapping[str, object]
) -> tuple[Sequence[AnyRow], str | None]:
    """Return the rows of the page that the request asks for, and the URL of the next.

    A cursor opens nothing but the list with the same `scope`: user, filters, and order.
    """
    order, limit = query.order, read_limit(request.args)
    cursor = request.args.get("cursor")
    keys = _read_cursor(cursor, order, scope) if cursor is not None else None
    rows: list[AnyRow] = []

    def fetch(with_key: bool, after: bool) -> None:
        values = {**parameters, "limit": limit + 1 - len(rows)}
        if keys and after:
            values |= {"after_key": keys[0], "after_id": keys[1]}
        statement = query.statement(with_key=with_key, after=after)
        # Past the ORM, which takes twice as long for columns.
        rows.extend(db.session.connection().execute(statement, values).all())

    if keys is None or keys[0] is not None:
        fetch(with_key=True, after=keys is not None)
    if order.nullable and len(rows) <= limit:
        fetch(with_key=False, after=keys is not None and keys[0] is None)
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], _next_url(order, scope, rows[limit - 1])


def _after(order: Order, with_key: bool) -> ColumnElement[bool]:
    """Return the condition for the rows that follow one."""
    id: BindParameter[int] = bindparam("after_id", type_=order.id.type)
    if not with_key:
        return order.id < id if order.descending else order.id > id
    key: BindParameter[object] = bindparam("after_key", type_=order.key.type)
    left, right = tuple_(order.key, order.id), tuple_(key, id)
    return left < right if order.descending else left > right


def _next_url(order: Order, scope: Sequence[object], row: AnyRow) -> str:
    values = [value.isoformat() if hasattr(value, "isoformat") else value for value in row[-2:]]
    text = urlsafe_b64encode(json.dumps(values).encode()).decode()
    signature = _signer().get_signature(_signed(text, order, scope)).decode()
    # Whoever wants the count has it by now.
    args = [(k, v) for k, v in request.args.items(multi=True) if k not in ("cursor", "count")]
    path = request.script_root + request.path
    return f"{public_url(path)}?{urlencode([*args, ('cursor', f'{text}.{signature}')])}"


def _read_cursor(cursor: str, order: Order, scope: Sequence[object]) -> list[object]:
    text, _, signature = cursor.partition(".")
    if not _signer().verify_signature(_signed(text, order, scope), signature):
        raise InvalidCursorError
    key, id = json.loads(urlsafe_b64decode(text))
    if key is None:
        return [None, id]
    return parse_keys([key, id], [order.key, order.id])


def _signed(text: str, order: Order, scope: Sequence[object]) -> bytes:
    """Return what the signature of a cursor covers: the cursor and its list."""
    return json.dumps([text, request.path, order.name, order.descending, *scope]).encode()


def _signer() -> Sha256Signer:
    config = current_app.config
    return Sha256Signer([*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"]], "api cursor")
