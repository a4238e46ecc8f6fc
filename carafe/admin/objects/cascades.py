"""The effects of deleting rows on the rows that refer to them by foreign keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, Select, Table, or_, select

from carafe.admin.schema import Query
from carafe.database import Base
from carafe.web.pagination import BoundedCounts

# The largest exact count.
COUNT_LIMIT = 10_000
# What happens to rows that refer to a deleted row.
CASCADE, UNLINK, RESTRICT = "goes", "stays", "refuses"
RULES = {"CASCADE": CASCADE, "SET NULL": UNLINK, "SET DEFAULT": UNLINK}


Ids = Sequence[int] | Select[int]


@dataclass(frozen=True)
class CascadeEffect:
    """How many rows of a table are deleted too, stay without the reference, or prevent it."""

    name: str
    count: str
    effect: str


def counted(model: type[Base], ids: Ids) -> dict[str, str]:
    """Return the counts of rows that are deleted too, "1,204" or "10,000+", by name."""
    effects = cascade_effects(model, ids)
    return {effect.name: effect.count for effect in effects if effect.effect == CASCADE}


def cascade_effects(model: type[Base], ids: Ids) -> list[CascadeEffect]:
    """Return the effects of deleting the rows with these IDs, counted in one query."""
    queries = _referencing_rows(cast(Table, model.__table__), ids)
    if not queries:
        return []
    named_queries = {f"{table.name} {effect}": query for (table, effect), query in queries.items()}
    counts = BoundedCounts(COUNT_LIMIT, **named_queries)().values()
    effects = [
        CascadeEffect(_name(table), count, effect)
        for (table, effect), count in zip(queries, counts, strict=True)
        if count != "0"
    ]
    return sorted(effects, key=lambda effect: effect.name)


def _referencing_rows(root: Table, ids: Ids) -> dict[tuple[Table, str], Query]:
    """Return queries for rows that refer to these rows, or to rows that are deleted with them."""
    conditions: dict[tuple[Table, str], list[ColumnElement[bool]]] = {}
    deleted_tables = [root]
    for table in deleted_tables:  # It grows while it is iterated.
        for other in Base.metadata.tables.values():
            for key in other.foreign_keys:
                if key.column.table is not table:
                    continue
                effect = RULES.get(key.ondelete or "", RESTRICT)
                deleted_ids = ids
                if table is not root:
                    is_deleted = or_(*conditions[table, CASCADE])
                    deleted_ids = select(key.column).where(is_deleted).limit(COUNT_LIMIT + 1)
                conditions.setdefault((other, effect), []).append(key.parent.in_(deleted_ids))
                if effect is CASCADE and other not in deleted_tables:
                    deleted_tables.append(other)
    # With a column of each table, from which `BoundedCounts` determines the FROM clause.
    return {
        (table, effect): select(*table.primary_key).where(or_(*parts))
        for (table, effect), parts in conditions.items()
    }


def _name(table: Table) -> str:
    """Return the name of the rows of a table: "linked accounts" for "linked_account"."""
    if plural := table.info.get("plural"):
        return str(plural)
    words = table.name.replace("_", " ")
    return words if words.endswith("s") else f"{words}s"
