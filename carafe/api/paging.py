"""Pages of a list: by keyset, with ties and NULLs in the sort column, in both directions.

The order is the sort column and then the ID, so that it is total. Rows without a value come last,
whatever the direction and the database: they are a second part of the list, in the order of their
IDs. Each part is a range of an index. A cursor holds the keys of the last row that was sent; rows
that others add or delete never move it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ColumnElement, tuple_

from carafe.api.problems import InvalidCursorError, InvalidParameterError, InvalidValue
from carafe.database import db
from carafe.database.aliases import AnyAttribute, AnyRow, AnySelect
from carafe.web.cursors import parse_keys
from carafe.web.urls import public_url

DEFAULT_LIMIT, MAX_LIMIT = 20, 100


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by a column, in one direction, and by ID where that is equal."""

    name: str
    key: AnyAttribute
    id: AnyAttribute
    descending: bool
    nullable: bool


def read_limit(args: Mapping[str, str]) -> int:
    text = args.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MAX_LIMIT):
        reason = f"Use a number from 1 to {MAX_LIMIT}."
        raise InvalidParameterError(InvalidValue(reason, parameter="limit"))
    return int(text)


def fetch_page(
    query: AnySelect, order: Order, scope: Sequence[object]
) -> tuple[Sequence[AnyRow], str | None]:
    """Return the rows of the page that the request asks for, and the URL of the next.

    `query` selects the columns, ending with the sort key and the ID. A cursor opens nothing but the
    list with the same `scope`: user, filters, and order.
    """
    limit, cursor = read_limit(request.args), request.args.get("cursor")
    keys = _read_cursor(cursor, order, scope) if cursor is not None else None
    rows: list[AnyRow] = []
    if keys is None or keys[0] is not None:
        part = query.where(order.key.is_not(None)) if order.nullable else query
        rows += _fetch(part, order, keys, limit + 1)
    if order.nullable and len(rows) <= limit:
        part, after = query.where(order.key.is_(None)), keys and keys[0] is None and keys
        rows += _fetch(part, order, after or None, limit + 1 - len(rows))
    page = rows[:limit]
    if len(rows) <= limit:
        return page, None
    return page, _next_url(order, scope, page[-1])


def _fetch(
    query: AnySelect, order: Order, keys: Sequence[object] | None, limit: int
) -> Sequence[AnyRow]:
    if keys is not None:
        query = query.where(_after(order, keys))
    by = (order.key.desc(), order.id.desc()) if order.descending else (order.key, order.id)
    return db.session.execute(query.order_by(*by).limit(limit)).all()


def _after(order: Order, keys: Sequence[object]) -> ColumnElement[bool]:
    key, id = keys
    if key is None:
        return order.id < id if order.descending else order.id > id
    left, right = tuple_(order.key, order.id), tuple_(*keys)
    return left < right if order.descending else left > right


def _next_url(order: Order, scope: Sequence[object], row: AnyRow) -> str:
    values = [value.isoformat() if hasattr(value, "isoformat") else value for value in row[-2:]]
    cursor = _serializer(_salt(order, scope)).dumps(values)
    args = [(k, v) for k, v in request.args.items(multi=True) if k != "cursor"]
    path = request.script_root + request.path
    return f"{public_url(path)}?{urlencode([*args, ('cursor', cursor)])}"


def _read_cursor(text: str, order: Order, scope: Sequence[object]) -> list[object]:
    try:
        key, id = _serializer(_salt(order, scope)).loads(text)
    except (BadSignature, ValueError):
        raise InvalidCursorError from None
    if key is None:
        return [None, id]
    return parse_keys([key, id], [order.key, order.id])


def _salt(order: Order, scope: Sequence[object]) -> str:
    return "\0".join(map(str, ["api cursor", request.path, order.name, order.descending, *scope]))


def _serializer(salt: str) -> URLSafeSerializer:
    config = current_app.config
    keys = (*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"])
    return URLSafeSerializer(keys, salt=salt)
