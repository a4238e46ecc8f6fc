"""Columns of lists: what they are made of, and how values stand in their cells."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from markupsafe import Markup

from carafe.admin.schema import label_of_member
from carafe.time import day, day_element

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
    if isinstance(value, Enum):
        return show(label_of_member(value))
    if isinstance(value, (int, Decimal)):
        return f"{value:,}"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, (dict, list)):
        return show(json.dumps(value, ensure_ascii=False, default=str))
    return show(str(value))
