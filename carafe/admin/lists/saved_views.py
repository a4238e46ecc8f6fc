"""How administrators want to see lists: the columns that each chose, and views by their names.

A view is what the URL of a list says: what was searched and chosen, the order and the columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask_login import current_user
from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    bindparam,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from carafe.audit import record
from carafe.audit.changes import drop_unredactable
from carafe.database import Base, advisory_lock, db

NAME_LENGTH = 40
QUERY_LENGTH = 2_000
# Of one list: of each person, and shared by all together. More are no tabs any more.
MAX_VIEWS = 20
# Whoever counts first, and then adds one.
LOCK_NAME = "saved views"


class SavedView(Base):
    """A view of a list. The one without a name is how the list is at first."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("user_id", "list", "name"),
        Index(
            "ix_saved_view_shared", "list",
            sqlite_where=text("shared = 1"), postgresql_where=text("shared"),
        ),
        Index("ix_saved_view_default_view_id", "default_view_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    list: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    # The arguments of the URL; of the one without a name, the columns.
    query: Mapped[str] = mapped_column(String(QUERY_LENGTH))
    shared: Mapped[bool] = mapped_column(default=False)
    # Of the one without a name: the view that the list begins with.
    default_view_id: Mapped[int | None] = mapped_column(
        ForeignKey("saved_view.id", ondelete="SET NULL")
    )

    @property
    def subject(self) -> str:
        """How the audit names this view."""
        return f"view:{self.id}"

    @classmethod
    def find(cls, list: str, **is_: Any) -> SavedView | None:
        """One of those that the one signed in made, by its id or name."""
        return db.session.scalar(select(cls).filter_by(list=list, user_id=current_user.id, **is_))

    @classmethod
    def save(cls, list: str, name: str, query: str) -> None:
        """Keep a view under a name; one of that name is replaced. Raises `ViewError`."""
        if len(query) > QUERY_LENGTH:
            raise ViewError("This is too much to keep: search for less, or with fewer columns.")
        advisory_lock(LOCK_NAME)
        view = cls.find(list, name=name)
        if view is None:
            cls._check_limit(cls.user_id == current_user.id, cls.list == list, cls.name != "")
            view = cls(user_id=current_user.id, list=list, name=name)
            db.session.add(view)
        view.ensure_private()
        view.query = query

    @classmethod
    def begin(cls, list: str, **wanted: Any) -> None:
        """Change how the list begins: its columns (`query`) or its view (`default_view_id`)."""
        advisory_lock(LOCK_NAME)
        first = cls.find(list, name="")
        if first is None:
            first = cls(user_id=current_user.id, list=list, name="", query="")
            db.session.add(first)
        for name, value in wanted.items():
            setattr(first, name, value)

    def rename(self, name: str) -> None:
        advisory_lock(LOCK_NAME)
        self.ensure_private()
        if name != self.name and SavedView.find(self.list, name=name):
            raise ViewError(f"You have a view “{name}” already. Take another name.")
        self.name = name

    def delete(self) -> None:
        self.ensure_private()
        db.session.delete(self)

    def ensure_private(self) -> None:
        """Before it changes: what all share is taken back first, which needs a permission."""
        if self.shared:
            raise ViewError(
                f"“{self.name}” is shared. Stop sharing it first, or take another name."
            )

    def share(self) -> None:
        """Show it to everybody who may see the list. Raises `ViewError`."""
        if self.shared:
            return
        advisory_lock(LOCK_NAME)
        self._check_limit(SavedView.list == self.list, SavedView.shared)
        self.shared = True
        told = drop_unredactable({"name": self.name, "chosen": dict(parse_qsl(self.query))})
        record("view.shared", self.subject, list=self.list, **told)

    def stop_sharing(self) -> None:
        if self.shared:
            self.shared = False
            record(
                "view.unshared",
                self.subject,
                list=self.list,
                **drop_unredactable({"name": self.name}),
            )

    @staticmethod
    def _check_limit(*of: Any) -> None:
        if (db.session.scalar(select(func.count(SavedView.id)).where(*of)) or 0) >= MAX_VIEWS:
            raise ViewError(f"There are {MAX_VIEWS} views already. Delete one that nobody needs.")


class ViewError(ValueError):
    """Why a view cannot be kept, in words for people."""


@dataclass(frozen=True)
class View:
    """A view as a list shows it."""

    id: int
    name: str
    query: str
    shared: bool
    own: bool


class ViewPreferences:
    """How the one signed in wants to see a list: their columns, and the views they may choose."""

    def __init__(self, list: str):
        me = current_user.id
        rows = db.session.execute(_VISIBLE_VIEWS, {"list": list, "user": me}).all()
        first = [row for row in rows if not row.name]
        views = [View(*row[:4], row.user_id == me) for row in rows if row.name]
        self.views = sorted(views, key=lambda view: (not view.own, view.name.lower()))
        self.columns = dict(parse_qsl(first[0].query)).get("columns", "") if first else ""
        wanted = first[0].default_view_id if first else None
        self.start = next((view for view in self.views if view.id == wanted), None)

    def shown(self, query: str) -> View | None:
        """The view that these arguments of the URL are."""
        return next((view for view in self.views if view.query == query), None)


_VISIBLE_VIEWS = select(
    SavedView.id, SavedView.name, SavedView.query, SavedView.shared,
    SavedView.user_id, SavedView.default_view_id,
).where(
    SavedView.list == bindparam("list"),
    or_(SavedView.user_id == bindparam("user"), SavedView.shared),
)  # fmt: skip


def export_for_user(user_id: int) -> Iterator[dict[str, Any]]:
    """What somebody chose, for the export of their data."""
    found = select(SavedView.list, SavedView.name, SavedView.query, SavedView.shared)
    for row in db.session.execute(found.where(SavedView.user_id == user_id)).mappings():
        yield dict(row)
