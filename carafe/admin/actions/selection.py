"""Which rows of a list somebody means: those that they ticked, or all that match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
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

# So many are named one by one.
MAX_IMMEDIATE = 100
# No page sends more, and no database takes any number of them in one query.
MAX_IDS = 1_000


@dataclass
class Selection:
    admin: ModelAdmin
    # The arguments of the list, which rows must match; "" for those that were ticked.
    query: str
    # None: all that match, up to `last_id`.
    ids: list[int] | None
    last_id: int = 0

    @classmethod
    def read(cls, admin: ModelAdmin, sent: MultiDict[str, str]) -> Selection:
        """From the fields `list`, `id` and `all` of a form."""
        query = sent.get("list", "").replace("\0", "")
        texts = ",".join(sent.getlist("id")).split(",")
        ids = [id for text in texts if (id := parse_id(text)) is not None]
        if len(ids) > MAX_IDS:
            abort(422, "These are more than can be chosen one by one. Choose all that match.")
        if "all" not in sent:
            return cls(admin, query if "matching" in sent else "", sorted(set(ids)))
        if (last := parse_id(sent.get("last", ""))) is not None:
            return cls(admin, query, None, last)
        newest = db.session.scalar(select(func.max(admin.key))) or 0
        return cls(admin, query, None, newest)._resolve_small()

    def _resolve_small(self) -> Selection:
        """By their ids, where they are few: so each is accounted for."""
        few = list(db.session.scalars(self.keys(limit=MAX_IMMEDIATE + 1)))
        return self if len(few) > MAX_IMMEDIATE else Selection(self.admin, self.query, few)

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        return conditions_for(self.admin, self.query)

    def count(self, *more: ColumnElement[bool]) -> int:
        """How many there are; one more than `matching.COUNT_LIMIT` stands for any number beyond."""
        if self.ids is not None:
            return len(self.ids)
        return matching.count(
            self.admin.list,
            [*self.conditions, *more, matching.opaque(self.admin.key <= self.last_id)],
        )

    def keys(self, *, after: int = 0, limit: int) -> Select[Any]:
        """The next ids. As in lists, the planner is not asked whether few or many match."""
        key = self.admin.key
        if self.ids is not None:
            chosen = select(key).where(key.in_(self.ids), key > after)
            return chosen.order_by(key).limit(limit)
        where = self.conditions
        found = select(key)
        if where and matching.count(self.admin.list, where) <= matching.COUNT_LIMIT:
            few = found.where(*where).limit(matching.COUNT_LIMIT + 1).subquery("few")
            found, key = select(few.c[0]), few.c[0]
        elif where:
            found = found.where(matching.opaque(*where))
        return found.where(key > after, key <= self.last_id).order_by(key).limit(limit)


def conditions_for(admin: ModelAdmin, query: str) -> list[ColumnElement[bool]]:
    """What the rows of a list with these arguments meet."""
    return matching.conditions(ListState.parse(admin.list, MultiDict(parse_qsl(query))))


def row_labels(admin: ModelAdmin, ids: Sequence[int]) -> dict[int, Markup]:
    """Return what the first column of the list displays of these rows, ordered by ID."""
    query = matching.select_columns(admin.list).add_columns(admin.key.label("row_id"))
    rows = db.session.execute(query.where(admin.key.in_(ids)).order_by(admin.key))
    return {row.row_id: cells.row_label(admin.list, row) for row in rows}
