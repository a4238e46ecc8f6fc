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
from carafe.time import date_tag, format_date

EMPTY_VALUE = "–"
MAX_TEXT = 100


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
    render: Callable[..., Any] | None = None


def humanize(name: str) -> str:
    """What a column is called, from its name: "user.email" is an E-mail."""
    words = name.rpartition(".")[2].removesuffix("_at").removesuffix("_id").replace("_", " ")
    return {"email": "E-mail", "id": "Number"}.get(words, words.capitalize())


def format_value(value: Any) -> Any:
    """A value as it stands in a cell."""
    if value is None or value == "":
        return EMPTY_VALUE
    if type(value) is str:  # the most frequent first: lists show hundreds of values
        return value if len(value) <= MAX_TEXT else f"{value[: MAX_TEXT - 1]}…"
    if isinstance(value, Markup):
        return value
    if isinstance(value, datetime):
        return date_tag(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Enum):
        return format_value(label_of_member(value))
    if isinstance(value, (int, Decimal)):
        return f"{value:,}"
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, (dict, list)):
        return format_value(json.dumps(value, ensure_ascii=False, default=str))
    return format_value(str(value))
