"""Declarations of related rows on the page of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from carafe.admin.columns import Column
from carafe.database import Base


@dataclass(frozen=True)
class Inline:
    """Rows of `model` whose `foreign_key` refers to the row of the page.

    By default, it is the only foreign key that can. With a `form`, a list of attributes, users who
    may edit the row can add, edit, and delete them.
    """

    model: type[Base]
    columns: Sequence[str | Column]
    form: Sequence[str] = ()
    label: str = ""
    foreign_key: str = ""
    private: Sequence[str] = ()
