"""What goes along when rows are deleted, since its foreign key says so."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import Mapper

from app.core.database import Base, db

# More is not counted.
MOST = 10_000


def counted(model: Any, ids: Sequence[int] | Select[Any]) -> dict[str, str]:
    """How much goes with the rows of these ids: "1,204" or "10,000+", by what it is called."""
    found = list(_going(model, model.__mapper__.primary_key[0].in_(ids), {model.__table__}))
    if not found:
        return {}
    some = [select(literal(1)).where(where).limit(MOST + 1).subquery() for _, where in found]
    counts = [select(func.count()).select_from(one).scalar_subquery() for one in some]
    row = db.session.execute(select(*counts)).one()
    said = zip((name for name, _ in found), row, strict=True)
    return {name: f"{count:,}" if count <= MOST else f"{MOST:,}+" for name, count in said if count}


def _going(
    model: Any, gone: ColumnElement[bool], seen: set[Any]
) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Each kind of rows that go with those that `gone` is about, and what goes with them."""
    key = model.__mapper__.primary_key[0]
    for mapper in sorted(Base.registry.mappers, key=_name):
        table: Any = mapper.local_table
        for reference in table.foreign_keys:
            if reference.ondelete != "CASCADE" or reference.column is not key or table in seen:
                continue
            seen.add(table)
            goes = reference.parent.in_(select(key).where(gone))
            yield _name(mapper), goes
            yield from _going(mapper.class_, goes, seen)


def _name(mapper: Mapper[Any]) -> str:
    """What rows are called: those of the table "linked_account" are "linked accounts"."""
    name: str = mapper.local_table.name  # type: ignore[attr-defined]
    words = name.replace("_", " ")
    return words if words.endswith("s") else f"{words}s"
