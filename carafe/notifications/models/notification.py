"""Notifications: each user has their own, which nobody else sees."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    delete,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from carafe.auth.users import user_model
from carafe.database import Base, db, dialect_insert, partial_index
from carafe.database.aliases import AnySelect
from carafe.jobs.run import strip_invalid_text
from carafe.time import now
from carafe.web.urls import safe_redirect_path

TITLE_LENGTH = 200
BODY_LENGTH = 1000
URL_LENGTH = 300
KEY_LENGTH = 100
# Nobody reads more, and a script that changes a password all day can't fill the disk.
MAX_PER_USER = 200
LIFETIME = timedelta(days=90)

UNREAD = text("read_at IS NULL")


class Notification(Base):
    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_notification_user_id_id", "user_id", "id"),
        # Counts the number on every page without reading rows.
        partial_index("ix_notification_unread", "user_id", where=UNREAD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]
    # "security", "message", …: the icon.
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    body: Mapped[str] = mapped_column(String(BODY_LENGTH))
    # Where it links to: a path on this site, or "".
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    # Makes a notification unique, however often its code runs.
    key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))

    @classmethod
    def for_user(cls, user_id: int, id: int) -> Notification | None:
        """Return the user's notification with that ID; None if it is someone else's."""
        return db.session.scalar(select(cls).where(cls.id == id, cls.user_id == user_id))

    @classmethod
    def list_query(cls, user_id: int) -> AnySelect:
        """Return the query for a user's list, as columns, sorted by the last one."""
        columns = cls.kind, cls.title, cls.body, cls.url, cls.created_at, cls.read_at, cls.id
        return select(*columns).where(cls.user_id == user_id)

    @classmethod
    def mark_all_read(cls, user_id: int, up_to: int) -> None:
        """Mark a user's notifications up to the ID `up_to` as read."""
        unread = cls.user_id == user_id, cls.read_at.is_(None), cls.id <= up_to
        db.session.execute(update(cls).where(*unread).values(read_at=now()))

    def mark_read(self) -> None:
        if self.read_at is None:
            self.read_at = now()


def notify(
    user_id: int,
    title: str,
    body: str = "",
    *,
    url: str = "",
    kind: str = "info",
    key: str | None = None,
    at: datetime | None = None,
) -> bool:
    """Notify a user in the caller's transaction.

    `url` is a path on this site to link to; `key`, such as "export:7", prevents duplicates. Text
    that is too long is cut. Nobody is notified if the user was deleted or NOTIFICATIONS is off.
    Return whether the user was notified now.
    """
    if url and safe_redirect_path(url) is None:
        raise ValueError(f"A notification URL must be a local path, not {url!r}.")
    if len(url) > URL_LENGTH:
        raise ValueError(f"The notification URL is longer than {URL_LENGTH} characters: {url!r}.")
    if not current_app.config["NOTIFICATIONS"]:
        return False
    row = {
        "user_id": user_id,
        "created_at": at or now(),
        "kind": kind,
        "title": _truncate(title, TITLE_LENGTH),
        "body": _truncate(body, BODY_LENGTH),
        "url": url,
        "key": key,
    }
    # Use the table, not the model, so that no other pending changes are written here.
    table = cast(Table, Notification.__table__)
    values = [literal(value, table.c[name].type) for name, value in row.items()]
    source = select(*values).where(user_model().id == user_id)
    new = dialect_insert(table, db.engine.dialect).from_select(list(row), source)
    new = new.on_conflict_do_nothing(index_elements=["user_id", "key"]).returning(table.c.id)
    inserted = db.session.scalar(new) is not None
    _delete_beyond_limit(table, user_id)
    return inserted


def _delete_beyond_limit(table: Table, user_id: int) -> None:
    """Keep the newest `MAX_PER_USER` notifications of a user."""
    ids = select(table.c.id).where(table.c.user_id == user_id).order_by(table.c.id.desc())
    beyond = ids.offset(MAX_PER_USER).limit(1).scalar_subquery()
    db.session.execute(delete(table).where(table.c.user_id == user_id, table.c.id <= beyond))


def _truncate(text: str, length: int) -> str:
    text = strip_invalid_text(text)
    return text if len(text) <= length else f"{text[: length - 1]}…"
