"""The rows that a user selected in a list: ticked rows, or all that match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import abort
from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, func, select
from werkzeug.datastructures import MultiDict

from carafe.admin.lists import cells, matching
from carafe.admin.lists.state import ListState
from carafe.admin.model_admin import ModelAdmin
from carafe.database import db
from carafe.web.routing import parse_id

# Selections of up to this many rows are resolved to their IDs.
MAX_IMMEDIATE = 100
# More than any page submits. Databases limit the parameters of a query.
MAX_IDS = 1_000


@dataclass
class Selection:
    admin: ModelAdmin
    # Arguments of the list that rows must match; "" for rows that were ticked.
    query: str
    # None for all matching rows up to `last_id`.
    ids: list[int] | None
    last_id: int = 0

    @classmethod
    def from_form(cls, admin: ModelAdmin, form: MultiDict[str, str]) -> Selection:
        """Return the selection in the fields `list`, `id`, and `all` of a form."""
        query = form.get("list", "").replace("\0", "")
        texts = ",".join(form.getlist("id")).split(",")
        ids = [id for text in texts if (id := parse_id(text)) is not None]
        if len(ids) > MAX_IDS:
            abort(422, "Too many selected. Use “Select all that match” instead.")
        if "all" not in form:
            return cls(admin, query if "matching" in form else "", sorted(set(ids)))
        if (last := parse_id(form.get("last", ""))) is not None:
            return cls(admin, query, None, last)
        newest = db.session.scalar(select(func.max(admin.key))) or 0
        return cls(admin, query, None, newest)._resolve_small()

    def _resolve_small(self) -> Selection:
        """Return a small selection with its IDs, so that the results name each row."""
        ids = list(db.session.scalars(self.keys(limit=MAX_IMMEDIATE + 1)))
        return self if len(ids) > MAX_IMMEDIATE else Selection(self.admin, self.query, ids)

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        return conditions_for(self.admin, self.query)

    def count(self, *conditions: ColumnElement[bool]) -> int:
        """Return the number of rows that also meet the conditions; see `matching.count`."""
        if self.ids is not None:
            return len(self.ids)
        return matching.count(
            self.admin.list,
            [*self.conditions, *conditions, matching.opaque(self.admin.key <= self.last_id)],
        )

    def keys(self, *, after: int = 0, limit: int) -> Select[int]:
        """Return the query for the next IDs.

        As in lists, the count decides between the indexes, instead of the query planner.
        """
        key = self.admin.key
        if self.ids is not None:
            query = select(key).where(key.in_(self.ids), key > after)
            return query.order_by(key).limit(limit)
        conditions = self.conditions
        if conditions and matching.count(self.admin.list, conditions) <= matching.COUNT_LIMIT:
            ids = select(key).where(*conditions).limit(matching.COUNT_LIMIT + 1).subquery("ids")
            id = ids.c[0]
            query = select(id).where(id > after, id <= self.last_id)
            return query.order_by(id).limit(limit)
        query = select(key).where(key > after, key <= self.last_id).order_by(key).limit(limit)
        return query.where(matching.opaque(*conditions)) if conditions else query


def conditions_for(admin: ModelAdmin, query: str) -> list[ColumnElement[bool]]:
    """Return the conditions that rows of a list with these arguments meet."""
    return matching.conditions(ListState.parse(admin.list, MultiDict(parse_qsl(query))))


def row_labels(admin: ModelAdmin, ids: Sequence[int]) -> dict[int, Markup]:
    """Return the label of each row by its ID, in the order of IDs."""
    query = matching.select_columns(admin.list).add_columns(admin.key.label("row_id"))
    rows = db.session.execute(query.where(admin.key.in_(ids)).order_by(admin.key))
    return {row.row_id: cells.row_label(admin.list, row) for row in rows}
