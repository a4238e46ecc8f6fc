"""Notes."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe.audit import AuditMixin
from carafe.auth import OwnerMixin
from carafe.database import Base
from carafe.tabular import iter_dicts
from carafe.time import now
from carafe.web import VersionMixin

TITLE_LENGTH = 200
BODY_LENGTH = 20_000


class Note(AuditMixin, OwnerMixin, VersionMixin, Base):
    __tablename__ = "note"
    __table_args__ = (
        UniqueConstraint("user_id", "submission"),
        Index("ix_note_user_id_updated_at_id", "user_id", "updated_at", "id"),
        Index("ix_note_created_at_id", "created_at", "id"),
        # The admin sorts by them.
        Index("ix_note_updated_at_id", "updated_at", "id"),
        Index("ix_note_title_id", "title", "id"),
        # Never reuse the ID, and so the history, of a deleted note.
        {"sqlite_autoincrement": True},
    )
    # The audit says that these changed, but not what they contain.
    private = "title", "body"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(String(BODY_LENGTH), default="", info={"label": "Text"})
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


def user_data(user_id: int) -> Iterator[dict[str, object]]:
    """Yield a user's notes for the export of personal data."""
    query = select(Note.title, Note.body, Note.created_at, Note.updated_at)
    # Ordered by an index. Otherwise, SQLite would hold all of them in memory to sort them.
    return iter_dicts(query.where(Note.user_id == user_id).order_by(Note.updated_at, Note.id))
