"""Notes."""

from collections.abc import Iterator
from datetime import datetime
from typing import Self

from sqlalchemy import BindParameter, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe.audit import changes, record
from carafe.auth import OwnerMixin
from carafe.database import AnySelect, Base, contains, db
from carafe.tabular import iter_dicts
from carafe.time import now
from carafe.web import VersionMixin

TITLE_LENGTH = 200
BODY_LENGTH = 20_000
EXCERPT_LENGTH = 160


class Note(OwnerMixin, VersionMixin, Base):
    __tablename__ = "note"
    __table_args__ = (
        UniqueConstraint("user_id", "submission"),
        Index("ix_note_user_id_updated_at_id", "user_id", "updated_at", "id"),
        Index("ix_note_created_at_id", "created_at", "id"),
        Index("ix_note_created_at", "created_at"),
        # Never reuse the ID, and so the history, of a deleted note.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(String(BODY_LENGTH), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    @classmethod
    def create(cls, user_id: int, title: str, body: str, submission: str | None = None) -> Self:
        note = cls(user_id=user_id, title=title, body=body, submission=submission)
        db.session.add(note)
        db.session.flush()
        record("note.created", note.subject)
        return note

    @property
    def subject(self) -> str:
        """Return the name of this note in the audit, which doesn't store its text."""
        return f"note:{self.id}"

    def edit(self, title: str, body: str) -> None:
        self.title, self.body = title, body
        if changed := changes(self, private=["title", "body"]):
            # Before the audit, whose INSERT flushes: two flushes would be two versions.
            self.updated_at = now()
            record("note.edited", self.subject, changes=changed)

    def delete(self) -> None:
        db.session.delete(self)
        record("note.deleted", self.subject)


def list_query(user_id: int | BindParameter[int], q: str = "") -> AnySelect:
    """Return a query for the title, excerpt, time, and ID of a user's notes that contain `q`."""
    # Columns, because 20 entities take six times as long. The last two are the sort key.
    columns = Note.title, func.substr(Note.body, 1, EXCERPT_LENGTH), Note.updated_at, Note.id
    return select(*columns).where(Note.user_id == user_id, contains(q, Note.title, Note.body))


def user_data(user_id: int) -> Iterator[dict[str, object]]:
    """Yield a user's notes for the export of personal data."""
    query = select(Note.title, Note.body, Note.created_at, Note.updated_at)
    # Ordered by an index. Otherwise, SQLite would hold all of them in memory to sort them.
    return iter_dicts(query.where(Note.user_id == user_id).order_by(Note.updated_at, Note.id))
