"""The choices of a declared list: scopes, filters, and searches, matching few rows and many."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import String, func, select

from carafe.admin.lists.filters import Filter
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.schema import Attribute, Expression
from carafe.database import db

Arguments = dict[str, str]


def choices(admin: ModelAdmin) -> Iterator[Arguments]:
    """Yield the URL arguments of each choice alone, with values of existing rows."""
    for scope in admin.options.scopes:
        yield {"scope": scope}
    for filter in admin.list.filters:
        yield from _choices_of_filter(admin, filter)
    for search in admin.list.searches:
        column = getattr(search, "column", None)
        column = _text_column(admin) if column is None else column
        if (value := _middle_value(admin, column)) is not None:
            yield {"q": value}
            yield {"q": value[:2]}
    # Without rows, the planner's choice is arbitrary.
    if admin.list.searches and _middle_value(admin, admin.key) is not None:
        yield {"q": "qxqxqx"}


def sorts(admin: ModelAdmin) -> list[str]:
    return [sign + name for name in sorted(admin.list.sort_columns) for sign in ("", "-")]


def _choices_of_filter(admin: ModelAdmin, filter: Filter) -> Iterator[Arguments]:
    name = filter.name
    for value in filter.options():
        yield {name: value}
    if filter.kind == "choice" or (value := _middle_value(admin, filter.column)) is None:
        return
    text = value.date().isoformat() if isinstance(value, datetime) else str(value)
    if filter.kind in ("id", "text"):
        yield {name: text}
    else:
        yield {f"{name}.from": text, f"{name}.to": text}
        yield {f"{name}.to": text}
        yield {f"{name}.from": text}


def _text_column(admin: ModelAdmin) -> Attribute | Expression:
    columns = admin.list.visible.attributes.values()
    return next(column for column in columns if isinstance(column.type, String))


def _middle_value(admin: ModelAdmin, column: Attribute | Expression) -> Any:
    """Return the value of a row in the middle of the table."""
    middle = select(func.max(admin.key) / 2).scalar_subquery()
    query = select(column).where(admin.key >= middle, column.is_not(None))
    if isinstance(column.type, String):
        query = query.where(column != "")
    return db.session.scalar(query.order_by(admin.key).limit(1))
