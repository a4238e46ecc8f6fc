"""A user's notes for the export of personal data."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.core.downloads import iter_dicts
from app.notes.models import Note


def notes(user_id: int) -> Iterator[dict[str, Any]]:
    query = select(Note.title, Note.body, Note.created_at, Note.updated_at)
    # In the order of an index: to sort them, SQLite would hold all of them in memory.
    return iter_dicts(query.where(Note.user_id == user_id).order_by(Note.updated_at, Note.id))
