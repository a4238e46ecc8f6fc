"""Declarations of rows that belong to another one, on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from carafe.admin.columns import Column


@dataclass(frozen=True)
class Inline:
    """Rows of `model` whose `foreign_key` refers to the row of the page, by default the only one
    that can. With a `form`, attributes of which one is made, they are added, changed and deleted
    there by those who may edit that row.
    """

    model: Any
    columns: Sequence[str | Column]
    form: Sequence[str] = ()
    label: str = ""
    foreign_key: str = ""
    private: Sequence[str] = ()
