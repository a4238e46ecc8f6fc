"""What deleting rows means for others, by the foreign keys that lead to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, or_, select

from carafe.database import Base
from carafe.web.pagination import BoundedCounts

# More is not counted.
COUNT_LIMIT = 10_000
# What becomes of rows whose foreign key leads to one that is deleted.
CASCADE, UNLINK, RESTRICT = "goes", "stays", "refuses"
RULES = {"CASCADE": CASCADE, "SET NULL": UNLINK, "SET DEFAULT": UNLINK}


@dataclass(frozen=True)
class CascadeEffect:
    """How many rows of one kind go along, stay without it, or keep it from going."""

    name: str
    count: str
    effect: str


def counted(model: Any, ids: Sequence[int] | Select[Any]) -> dict[str, str]:
    """How much goes with the rows of these ids: "1,204" or "10,000+", by what it is called."""
    return {one.name: one.count for one in cascade_effects(model, ids) if one.effect == CASCADE}


def cascade_effects(model: Any, ids: Sequence[int] | Select[Any]) -> list[CascadeEffect]:
    """What there is of each, in one query."""
    referring = _referencing_rows(model.__table__, ids)
    if not referring:
        return []
    statements = {f"{table.name} {becomes}": rows for (table, becomes), rows in referring.items()}
    found = zip(referring, BoundedCounts(COUNT_LIMIT, **statements)().values(), strict=True)
    known = [CascadeEffect(_name(table), count, becomes) for (table, becomes), count in found]
    return sorted((one for one in known if one.count != "0"), key=lambda one: one.name)


def _referencing_rows(
    root: Table, ids: Sequence[int] | Select[Any]
) -> dict[tuple[Table, str], Select[Any]]:
    """The rows that refer to those, and what refers to such as go with them, and so on."""
    meeting: dict[tuple[Table, str], list[Any]] = {}
    going = [root]
    for table in going:
        for other in Base.metadata.tables.values():
            for key in other.foreign_keys:
                if key.column.table is table:
                    becomes = RULES.get(key.ondelete or "", RESTRICT)
                    gone: Any = ids
                    if table is not root:
                        gone = (
                            select(key.column)
                            .where(or_(*meeting[table, CASCADE]))
                            .limit(COUNT_LIMIT + 1)
                        )
                    meeting.setdefault((other, becomes), []).append(key.parent.in_(gone))
                    if becomes is CASCADE and other not in going:
                        going.append(other)
    # A column of each, since `Counts` looks for what the rows are of.
    return {what: select(*what[0].primary_key).where(or_(*m)) for what, m in meeting.items()}


def _name(table: Table) -> str:
    """What rows are called: those of the table "linked_account" are "linked accounts"."""
    words = table.name.replace("_", " ")
    return words if words.endswith("s") else f"{words}s"
