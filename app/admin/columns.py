"""Columns of lists: what they are made of, and how values stand in their cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from app.core.time import day_element

NOTHING = "–"
LONGEST_TEXT = 100


@dataclass(frozen=True)
class Column:
    """A column of a list.

    `of` are the attributes that it is made of, by default the one of its name: the model's
    ("title"), or of what a foreign key refers to ("user.email", by `user_id`). `show` makes what
    stands in the cell out of their values: text, which is escaped, or `Markup`.
    """

    name: str
    label: str = ""
    of: Sequence[str] = ()
    show: Callable[..., Any] | None = None


def label_of(name: str) -> str:
    """What a column is called, from its name: "user.email" is an E-mail."""
    words = name.rpartition(".")[2].removesuffix("_at").removesuffix("_id").replace("_", " ")
    return {"email": "E-mail", "id": "Number"}.get(words, words.capitalize())


def show(value: Any) -> Any:
    """A value as it stands in a cell."""
    if value is None or value == "":
        return NOTHING
    if type(value) is str:  # the most frequent first: lists show hundreds of values
        return value if len(value) <= LONGEST_TEXT else f"{value[: LONGEST_TEXT - 1]}…"
    if isinstance(value, Markup):
        return value
    if isinstance(value, datetime):
        return day_element(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int):
        return f"{value:,}"
    return show(str(value))
