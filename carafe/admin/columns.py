"""Columns of lists, and how their values are formatted."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum

from markupsafe import escape

from carafe.admin.schema import Attribute, label_of_member, table_column
from carafe.time import date_tag, format_date, format_time

EMPTY_VALUE = "–"
MAX_TEXT = 100


@dataclass(frozen=True)
class Column:
    """A column of a list.

    `attributes` are the paths of its values, by default its name: an attribute of the model
    ("title"), or of a related model ("user.email", through `user_id`). `render` takes the values
    and returns what the cell displays: text, which is escaped, or `Markup`.
    """

    name: str
    label: str = ""
    attributes: Sequence[str] = ()
    render: Callable[..., object] | None = None


def humanize(name: str) -> str:
    """Return the label of a column from its name: "Email" for "user.email".

    The name of a related row stands for that row: "author.name" is "Author".
    """
    relation, _, attribute = name.rpartition(".")
    words = relation if relation and attribute in ("name", "title") else attribute
    words = words.removesuffix("_at").removesuffix("_id").replace("_", " ")
    return {"email": "Email", "id": "ID"}.get(words, words.capitalize())


def label_of(attribute: Attribute, name: str) -> str:
    """Return the label declared for an attribute's column, or one made from its name.

    `mapped_column(info={"label": "Text"})` declares one.
    """
    label: str = table_column(attribute).info.get("label", "")
    return label or humanize(name)


def format_value(value: object) -> str:
    """Return what a cell displays for a value: text, to be escaped, or `Markup`."""
    if value is None or value == "":
        return EMPTY_VALUE
    if type(value) is str:  # The most frequent type first: a page formats hundreds of values.
        return value if len(value) <= MAX_TEXT else f"{value[: MAX_TEXT - 1]}…"
    if hasattr(value, "__html__"):
        return escape(value)
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
        return format_time(value)
    if isinstance(value, (dict, list)):
        return format_value(json.dumps(value, ensure_ascii=False, default=str))
    return format_value(str(value))
