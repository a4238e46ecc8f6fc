"""Cursors: where a page of a list starts or ends, in its URL."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from werkzeug.exceptions import NotFound

from carafe.database.aliases import AnyAttribute, AnyExpression

# The types of keys.
CURSOR_TYPES = int, str, float, bool, datetime, date

CursorKey = AnyExpression | AnyAttribute


def encode(keys: Sequence[object], position: int | None) -> str:
    """Return a cursor with the key values of a row, and the number of the row after them."""
    values = [value.isoformat() if isinstance(value, date) else value for value in keys]
    values += [] if position is None else [position]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def decode(cursor: str, keys: Sequence[CursorKey]) -> tuple[list[object], int | None]:
    """Return the key values in a cursor, and its number if it has one.

    Respond with 404 to an invalid cursor.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list):
            raise ValueError(cursor)
        position = values.pop() if len(values) == len(keys) + 1 else None
        if position is not None:
            _parse_key(position, int)
        return parse_keys(values, keys), position
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise NotFound from None


def parse_keys(values: Sequence[object], keys: Sequence[CursorKey]) -> list[object]:
    """Return the values of keys as their columns compare them. Raises `ValueError`."""
    pairs = zip(values, keys, strict=True)
    return [_parse_key(value, key.type.python_type) for value, key in pairs]


def _parse_key(value: Any, kind: type[Any]) -> object:
    if kind is datetime:
        time = datetime.fromisoformat(value)
        if time.tzinfo is None:
            raise ValueError(value)
        return time.astimezone(UTC)  # fail here: an out-of-range value would fail in the database
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
