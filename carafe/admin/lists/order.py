"""How a list is sorted, and which part of it a request asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import UnaryExpression

from carafe.admin.lists.spec import ListSpec, Sort
from carafe.admin.schema import Attribute, Query, ResultRow
from carafe.web.cursors import CursorKey
from carafe.web.pagination import Page, Position, is_beyond, order_by, page_at


@dataclass(frozen=True)
class Order:
    """The keys by which a list is sorted, and the part of it that is requested."""

    keys: Sequence[Attribute]
    sort: Sort
    position: Position
    per_page: int

    @classmethod
    def requested(cls, spec: ListSpec, sort: Sort, per_page: int) -> Order:
        keys = sort_keys(spec, sort)
        return cls(keys, sort, Position.requested(keys), per_page)

    def sorted_by(self, keys: Sequence[CursorKey]) -> list[UnaryExpression[Any]]:
        """Return how rows are sorted by the keys in a query."""
        return order_by(keys, self.position.backward != self.sort.descending)

    def next_rows(self, query: Query, keys: Sequence[CursorKey]) -> Query:
        """Return the query for the first of its rows beyond the position."""
        if self.position.keys:
            query = query.where(is_beyond(keys, self.position.backward != self.sort.descending))
        return query.order_by(*self.sorted_by(keys)).limit(self.per_page + 1)

    def page(self, rows: Sequence[ResultRow], stopped_at: Sequence[object] = ()) -> Page:
        count = len(self.keys)
        return page_at(self.position, rows, count, per_page=self.per_page, stopped_at=stopped_at)


def sort_keys(spec: ListSpec, sort: Sort) -> list[Attribute]:
    return [spec.key] if sort.column is spec.key else [sort.column, spec.key]
