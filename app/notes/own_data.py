"""A user's notes for the export of personal data."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.core.database import db
from app.notes.models import Note

CHUNK = 500


def notes(user_id: int) -> Iterator[dict[str, Any]]:
    """Title, text and times of each note, a chunk at a time."""
    own = select(Note.title, Note.body, Note.created_at, Note.updated_at)
    # In the order of an index: to sort them, SQLite would hold all of them in memory.
    found = own.where(Note.user_id == user_id).order_by(Note.updated_at, Note.id)
    for note in db.session.execute(found.execution_options(yield_per=CHUNK)).mappings():
        yield dict(note)
