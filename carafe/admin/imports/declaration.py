"""Declarations of what can be imported into a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """A column of the file.

    `name` is an attribute of the model, or "user.email": what `user_id` refers to is found by its
    e-mail. `read` makes a value of the text in a cell, by default as the column's type asks for;
    where it cannot, it raises `ValueError` with a text for people.
    """

    name: str
    label: str = ""
    read: Callable[[str], Any] | None = None


@dataclass(frozen=True)
class Import:
    """How rows are imported: `fields`, and by which of them a row is found again, to be changed.

    `row` makes an object of the values by name, where the model itself does not do.
    """

    fields: Sequence[str | Field]
    key: str = ""
    row: Callable[..., Any] | None = None
