"""Notes."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.audit import changes, record
from app.auth.models import User
from app.core.database import Base, db
from app.core.time import now

TITLE_LENGTH = 200
BODY_LENGTH = 20_000
EXCERPT_LENGTH = 160


class Note(Base):
    __tablename__ = "note"
    __table_args__ = (
        UniqueConstraint("user_id", "submission"),
        Index("ix_note_user_id_updated_at_id", "user_id", "updated_at", "id"),
        Index("ix_note_created_at_id", "created_at", "id"),
        Index("ix_note_created_at", "created_at"),
        # Or a new note would have the number, and so the history, of the last one deleted.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(String(BODY_LENGTH), default="")
    # Counts the edits: one based on an older version is refused, here and by the database.
    version: Mapped[int] = mapped_column()
    # Of the form that made the note and what was typed: the same sent twice makes one.
    submission: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    __mapper_args__ = {"version_id_col": version}

    @classmethod
    def of(cls, user_id: int, id: int) -> Note | None:
        """The user's note with that id; somebody else's is None."""
        return db.session.scalar(select(cls).where(cls.id == id, cls.user_id == user_id))

    @staticmethod
    def fingerprint(form: str | None, title: str, body: str) -> str | None:
        """What `submission` keeps. Text changed after going back to the form is another note."""
        if not form:
            return None
        return hashlib.sha256("\0".join([form, title, body]).encode()).hexdigest()[:32]

    @classmethod
    def from_submission(cls, user_id: int, submission: str | None) -> Note | None:
        """The note that this form has made already."""
        if not submission:
            return None
        return db.session.scalar(
            select(cls).where(cls.user_id == user_id, cls.submission == submission)
        )

    @classmethod
    def write(cls, user_id: int, title: str, body: str, submission: str | None) -> Note:
        note = cls(user_id=user_id, title=title, body=body, submission=submission)
        db.session.add(note)
        db.session.flush()
        record("note.created", note.subject)
        return note

    @property
    def subject(self) -> str:
        """How the audit names this note. It does not keep what is in it."""
        return f"note:{self.id}"

    def edit(self, title: str, body: str, *, seen: int | None = None) -> bool:
        """Change the note; False if that would overwrite a newer version than the one `seen`."""
        if (title, body) == (self.title, self.body):
            return True  # the same form, sent twice
        if seen not in (None, self.version):
            return False
        self.title, self.body = title, body
        changed = changes(self, private=["title", "body"])
        # Before the audit, whose INSERT flushes: two flushes would be two versions.
        self.updated_at = now()
        record("note.edited", self.subject, changes=changed)
        return True

    def delete(self) -> None:
        db.session.delete(self)
        record("note.deleted", self.subject)


# What lists show, as columns: 20 entities take six times as long. The last two order them.
_LISTED = select(Note.title, func.substr(Note.body, 1, EXCERPT_LENGTH), Note.updated_at, Note.id)


def listed(user_id: int | BindParameter[int], q: str = "") -> Select[Any]:
    """Title, excerpt, time and id of a user's notes; those with `q` in title or body."""
    statement = _LISTED.where(Note.user_id == user_id)
    if q:
        statement = statement.where(
            or_(Note.title.icontains(q, autoescape=True), Note.body.icontains(q, autoescape=True))
        )
    return statement
