"""The changes of a row, field by field, as an event stores them."""

import re
from collections.abc import Collection, Mapping
from enum import Enum

from sqlalchemy import inspect

from carafe.database import Base
from carafe.database.aliases import JSONObject

MAX_TEXT = 200
# An email address that is a whole value can be found again to redact it (`erasure.py`). Within a
# text, it can't, so such texts are not stored.
ADDRESS = re.compile(r"[^\s@A-Z]+@[^\s@A-Z]+")


def changes(row: Base, *, private: Collection[str] = ()) -> JSONObject:
    """Old and new value of each attribute that was set and not yet written: for `record`.

        record("note.edited", note.subject, changes=changes(note, private=["body"]))

    Of those that are `private` it only says that they changed, as None.
    """
    state, changed = inspect(row), {}
    for name in state.mapper.column_attrs.keys():  # noqa: SIM118  (no dict)
        history = state.attrs[name].history
        if history.has_changes():
            pair = [*(history.deleted or [None]), *history.added]
            changed[name] = (
                None if name in private or not _is_redactable(pair) else list(map(_truncate, pair))
            )
    return changed


def drop_unredactable(details: Mapping[str, object]) -> JSONObject:
    """Return texts that users typed, replacing those that couldn't be redacted by None."""
    return {
        name: drop_unredactable(value)
        if isinstance(value, dict)
        else (value if _is_redactable([value]) else None)
        for name, value in details.items()
    }


def _is_redactable(values: list[object]) -> bool:
    texts = [value for value in values if isinstance(value, str) and "@" in value]
    return all(len(text) <= MAX_TEXT and ADDRESS.fullmatch(text) for text in texts)


def _truncate(value: object) -> object:
    if value is None or (isinstance(value, (bool, int, float)) and not isinstance(value, Enum)):
        return value
    text = value.name if isinstance(value, Enum) else str(value)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
