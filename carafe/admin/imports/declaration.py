"""Declarations of imports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """A field that a column of the file can set.

    `name` is an attribute of the model, or "user.email", which looks up `user_id` by the email.
    `read` converts the text of a cell to a value, by default by the type of the column. It raises
    `ValueError` with a message for users. A column of the file is matched by the name, the label,
    and the `synonyms`.
    """

    name: str
    label: str = ""
    read: Callable[[str], object] | None = None
    synonyms: Sequence[str] = ()


@dataclass(frozen=True)
class Import:
    """The fields of an import, and the `key` field by which existing rows are found and updated.

    `row` creates an object from keyword arguments, by default the model.
    """

    fields: Sequence[str | Field]
    key: str = ""
    row: Callable[..., object] | None = None
