"""Preferences of users for lists: their columns, and saved views.

A view is the arguments of a list's URL: search, filters, order, and columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask_login import current_user
from sqlalchemy import (
    ColumnElement,
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

from carafe.admin.schema import Attribute
from carafe.audit import record
from carafe.audit.changes import drop_unredactable
from carafe.database import Base, advisory_lock, db, partial_index

NAME_LENGTH = 40
QUERY_LENGTH = 2_000
# Of each user for one list, and of all shared ones. More do not fit above the list.
MAX_VIEWS = 20
# The advisory lock for counting and then adding views.
LOCK_NAME = "saved views"


class SavedView(Base):
    """A saved view of a list. The one without a name has the user's columns and default view."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("user_id", "list", "name"),
        partial_index(
            "ix_saved_view_shared",
            "list",
            where=text("shared = 1"),
            where_on_postgresql=text("shared"),
        ),
        Index("ix_saved_view_default_view_id", "default_view_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    list: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    # The arguments of the URL; without a name, only the columns.
    query: Mapped[str] = mapped_column(String(QUERY_LENGTH))
    shared: Mapped[bool] = mapped_column(default=False)
    # Without a name: the default view.
    default_view_id: Mapped[int | None] = mapped_column(
        ForeignKey("saved_view.id", ondelete="SET NULL")
    )

    @property
    def subject(self) -> str:
        """The name of this view in the audit."""
        return f"view:{self.id}"

    @classmethod
    def find(cls, list: str, **attributes: str | int) -> SavedView | None:
        """Return a view of the current user by its ID or name."""
        query = select(cls).filter_by(list=list, user_id=current_user.id, **attributes)
        return db.session.scalar(query)

    @classmethod
    def save(cls, list: str, name: str, query: str) -> None:
        """Save a view, replacing one with the same name. Raises `ViewError`."""
        if len(query) > QUERY_LENGTH:
            raise ViewError("This view is too long to save. Use a shorter search or fewer columns.")
        advisory_lock(LOCK_NAME)
        view = cls.find(list, name=name)
        if view is None:
            cls._check_limit(cls.user_id == current_user.id, cls.list == list, cls.name != "")
            view = cls(user_id=current_user.id, list=list, name=name)
            db.session.add(view)
        view.ensure_private()
        view.query = query

    @classmethod
    def set_default(cls, list: str, **attributes: str | int | None) -> None:
        """Set the user's columns (`query`) or default view (`default_view_id`) of a list."""
        advisory_lock(LOCK_NAME)
        default = cls.find(list, name="")
        if default is None:
            default = cls(user_id=current_user.id, list=list, name="", query="")
            db.session.add(default)
        for name, value in attributes.items():
            setattr(default, name, value)

    def rename(self, name: str) -> None:
        advisory_lock(LOCK_NAME)
        self.ensure_private()
        if name != self.name and SavedView.find(self.list, name=name):
            raise ViewError(f"You already have a view named “{name}”. Choose another name.")
        self.name = name

    def delete(self) -> None:
        self.ensure_private()
        db.session.delete(self)

    def ensure_private(self) -> None:
        """Raise `ViewError` for a shared view: stop sharing it first, which needs a permission."""
        if self.shared:
            raise ViewError(
                f"“{self.name}” is shared. Stop sharing it first, or choose another name."
            )

    def share(self) -> None:
        """Share it with all users who may read the list. Raises `ViewError`."""
        if self.shared:
            return
        advisory_lock(LOCK_NAME)
        self._check_limit(SavedView.list == self.list, SavedView.shared)
        self.shared = True
        details = drop_unredactable({"name": self.name, "chosen": dict(parse_qsl(self.query))})
        record("view.shared", self.subject, list=self.list, **details)

    def stop_sharing(self) -> None:
        if self.shared:
            self.shared = False
            details = drop_unredactable({"name": self.name})
            record("view.unshared", self.subject, list=self.list, **details)

    @staticmethod
    def _check_limit(*conditions: ColumnElement[bool] | Attribute) -> None:
        query = select(func.count(SavedView.id)).where(*conditions)
        if (db.session.scalar(query) or 0) >= MAX_VIEWS:
            raise ViewError(f"You've reached the limit of {MAX_VIEWS} views. Delete one first.")


class ViewError(ValueError):
    """Raised if a view cannot be saved, with a message for users."""


@dataclass(frozen=True)
class View:
    """A view, as lists display it."""

    id: int
    name: str
    query: str
    shared: bool
    is_own: bool


class ViewPreferences:
    """The current user's preferences for a list: columns, default view, and available views."""

    def __init__(self, list: str):
        user_id = current_user.id
        # Past the ORM, which makes no entities of columns anyway.
        values = {"list": list, "user": user_id}
        rows = db.session.connection().execute(_VISIBLE_VIEWS, values).all()
        default = next((row for row in rows if not row.name), None)
        views = [
            View(row.id, row.name, row.query, row.shared, row.user_id == user_id)
            for row in rows
            if row.name
        ]
        self.views = sorted(views, key=lambda view: (not view.is_own, view.name.lower()))
        self.columns = dict(parse_qsl(default.query)).get("columns", "") if default else ""
        default_id = default.default_view_id if default else None
        self.default_view = next((view for view in self.views if view.id == default_id), None)

    def active_view(self, query: str) -> View | None:
        """Return the view with this query string."""
        return next((view for view in self.views if view.query == query), None)


_VISIBLE_VIEWS = select(
    SavedView.id,
    SavedView.name,
    SavedView.query,
    SavedView.shared,
    SavedView.user_id,
    SavedView.default_view_id,
).where(
    SavedView.list == bindparam("list"),
    or_(SavedView.user_id == bindparam("user"), SavedView.shared),
)


def export_for_user(user_id: int) -> Iterator[dict[str, object]]:
    """Yield a user's views for the export of their data."""
    query = select(SavedView.list, SavedView.name, SavedView.query, SavedView.shared)
    for row in db.session.execute(query.where(SavedView.user_id == user_id)).mappings():
        yield dict(row)
