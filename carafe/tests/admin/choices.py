"""What can be asked of a declared list: scopes, filters and searches, of few rows and of many."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import String, func, select

from carafe.admin.lists.filters import Filter
from carafe.admin.model_admin import ModelAdmin
from carafe.database import db

Arguments = dict[str, str]


def choices(admin: ModelAdmin) -> Iterator[tuple[str, Arguments]]:
    """Each alone: what it is, and the arguments in the URL. The values are those of rows."""
    for scope in admin.options.scopes:
        yield f"scope {scope}", {"scope": scope}
    for offered in admin.list.filters:
        yield from _of_filter(admin, offered)
    for one in admin.list.searches:
        column = getattr(one, "column", None)
        column = _text(admin) if column is None else column
        if (value := _middle(admin, column)) is not None:
            yield f"search {column.key}", {"q": value}
            yield f"search begin of {column.key}", {"q": value[:2]}
    # Of no rows the planner makes what it likes.
    if admin.list.searches and _middle(admin, admin.key) is not None:
        yield "search for nothing there is", {"q": "qxqxqx"}


def sorts(admin: ModelAdmin) -> list[str]:
    return [sign + name for name in sorted(admin.list.sort_columns) for sign in ("", "-")]


def _of_filter(admin: ModelAdmin, offered: Filter) -> Iterator[tuple[str, Arguments]]:
    name = offered.name
    for value in offered.options():
        yield f"{name} {value}", {name: value}
    if offered.kind == "choice" or (value := _middle(admin, offered.column)) is None:
        return
    shown = value.date().isoformat() if isinstance(value, datetime) else str(value)
    if offered.kind in ("id", "text"):
        yield f"{name} of one", {name: shown}
    else:
        yield f"{name} of one value", {f"{name}.from": shown, f"{name}.to": shown}
        yield f"{name} to the middle", {f"{name}.to": shown}
        yield f"{name} from the middle", {f"{name}.from": shown}


def _text(admin: ModelAdmin) -> Any:
    return next(
        one for one in admin.list.visible.attributes.values() if isinstance(one.type, String)
    )


def _middle(admin: ModelAdmin, column: Any) -> Any:
    """The value of a row in the middle of the table, so that there is one."""
    middle = select(func.max(admin.key) / 2).scalar_subquery()
    rows = select(column).where(admin.key >= middle, column.is_not(None), column != "")
    if not isinstance(column.type, String):
        rows = select(column).where(admin.key >= middle, column.is_not(None))
    return db.session.scalar(rows.order_by(admin.key).limit(1))
