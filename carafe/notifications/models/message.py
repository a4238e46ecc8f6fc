"""Messages to everyone: one row each, of which a user gets a copy when they look."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe.audit import record
from carafe.auth.users import user_model
from carafe.database import Base, db
from carafe.notifications.models.notification import BODY_LENGTH, TITLE_LENGTH
from carafe.time import now


class Inbox(Base):
    """Up to which message a user has copies, even if those were deleted."""

    __tablename__ = "inbox"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    message_id: Mapped[int]


class Message(Base):
    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_created_at_id", "created_at", "id"),
        # The ID of a withdrawn message must not be reused.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(String(BODY_LENGTH), default="")
    # The form's token and content: the same form submitted twice creates one message.
    submission: Mapped[str | None] = mapped_column(String(32), unique=True)

    @classmethod
    def send(cls, title: str, body: str, submission: str | None = None) -> bool:
        """Send a message to all current users; return False if this submission did so already."""
        sent = select(cls.id).where(cls.submission == submission)
        if submission and db.session.scalar(sent):
            return False
        message = cls(title=title, body=body, submission=submission)
        db.session.add(message)
        db.session.flush()
        record("message.sent", message.subject, title=title)
        return True

    @property
    def subject(self) -> str:
        """Return the message's name in the audit trail."""
        return f"message:{self.id}"

    def withdraw(self) -> None:
        """Withdraw it from users who haven't looked since. The copies of the others are theirs."""
        record("message.withdrawn", self.subject, title=self.title)
        db.session.delete(self)

    @classmethod
    def is_undelivered(cls) -> ColumnElement[bool]:
        """Return the condition that a `User` of the statement has yet to get a copy."""
        model = user_model()
        got = select(Inbox.message_id).where(Inbox.user_id == model.id).correlate(model)
        new = cls.id > func.coalesce(got.scalar_subquery(), 0)
        return new & (cls.created_at >= model.created_at)
