"""Lists of rows that refer to a row, such as the notes of a user."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app, url_for
from sqlalchemy import bindparam, select

from carafe.admin.lists.filters import RelationFilter
from carafe.admin.model_admin import ModelAdmin, all_admins
from carafe.admin.schema import related_model
from carafe.web.pagination import BoundedCounts

EXTENSION = "admin_related"
References = list[tuple[ModelAdmin, RelationFilter]]


@dataclass(frozen=True)
class RelatedList:
    label: str
    count: str
    url: str


def related_lists(admin: ModelAdmin, id: int) -> Iterator[RelatedList]:
    """Yield the lists that the current user may read, with how many of their rows refer to it."""
    references, counts = _references(admin)
    readable = [other.is_permitted("read") for other, _ in references]
    if not any(readable):
        return
    numbers = counts(id=id).values()
    for (other, item), is_readable, count in zip(references, readable, numbers, strict=True):
        if is_readable:
            url = f"{url_for('admin.list', admin=other)}?{urlencode({item.name: id})}"
            yield RelatedList(other.label, count, url)


def _references(admin: ModelAdmin) -> tuple[References, BoundedCounts]:
    """Return the lists with a filter by rows of this model. All are known at the first request."""
    cache = current_app.extensions.setdefault(EXTENSION, {})
    if admin.name not in cache:
        references = [
            (other, item)
            for other in all_admins()
            for item in other.list.filters
            if isinstance(item, RelationFilter) and related_model(item.column) is admin.model
        ]
        statements = {
            f"list{n}": select(other.key).where(item.column == bindparam("id"))
            for n, (other, item) in enumerate(references)
        }
        cache[admin.name] = references, BoundedCounts(**statements)
    result: tuple[References, BoundedCounts] = cache[admin.name]
    return result
