"""The rows of a page of a list, with the values of the visible columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam

from carafe.admin.lists.matching import select_columns
from carafe.admin.lists.order import sort_keys
from carafe.admin.lists.spec import ListSpec, Sort
from carafe.admin.schema import ResultRow
from carafe.database import db
from carafe.database.labels import label_attributes
from carafe.web.pagination import Page, order_by


class ListRow(NamedTuple):
    """A row of a list, with the selected values."""

    id: int
    values: Sequence[object]


def rows_of(page: Page) -> list[ListRow]:
    """Return the rows of a page, which end with their sort keys, and so with the ID."""
    return [ListRow(row[-1], row) for row in page.rows]


def rows_in_order(spec: ListSpec, sort: Sort, page: Page) -> list[ListRow]:
    """Return the rows of a page, of which it has the keys."""
    ids = [keys[-1] for keys in page.rows]
    values = {row[-1]: row for row in load_rows(spec, sort, ids)}
    return [ListRow(id, values[id]) for id in ids if id in values]


def load_rows(spec: ListSpec, sort: Sort, ids: Sequence[int]) -> Sequence[ResultRow]:
    """Return rows, sorted, which end with their sort keys."""
    if not ids:
        return []
    if sort.name not in spec.details:
        keys = sort_keys(spec, sort)
        parameter = bindparam("ids", expanding=True, type_=spec.key.type)
        query = select_columns(spec).add_columns(*keys).where(spec.key.in_(parameter))
        query = query.order_by(*order_by(keys, sort.descending))
        spec.details[sort.name] = label_attributes(query)
    return db.session.connection().execute(spec.details[sort.name], {"ids": ids}).all()
