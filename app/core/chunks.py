"""Many rows at once, without holding the write lock for long."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.sql.elements import ColumnElement

from app.core.database import db

# Rows deleted in one transaction: others, who wait meanwhile, do so for a few milliseconds.
CHUNK = 500


def delete_in_chunks(model: Any, where: ColumnElement[bool]) -> int:
    """Delete the rows of `model` for which `where` holds, and commit after each chunk; how many.

    `where` needs an index: each chunk looks for its rows anew.
    """
    return sum(_chunks(model, where))


def _chunks(model: Any, where: ColumnElement[bool]) -> Iterator[int]:
    [key] = model.__table__.primary_key
    over = select(key).where(where).limit(CHUNK)
    while True:
        count = len(db.session.execute(delete(model).where(key.in_(over)).returning(key)).all())
        db.session.commit()
        yield count
        if count < CHUNK:
            return
