"""Users and their things."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from sqlalchemy import ColumnElement, Index, String, UniqueConstraint, case
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from carafe.audit import AuditMixin, record
from carafe.auth.models.user_columns import NAME_LENGTH
from carafe.auth.models.user_mixin import UserMixin
from carafe.auth.ownership import OwnerMixin
from carafe.auth.permissions import ADMIN, DEFAULT_ROLE
from carafe.database import Base
from carafe.time import now
from carafe.web.versions import VersionMixin

ROLES = {DEFAULT_ROLE: "User", "staff": "Staff", ADMIN: "Admin"}


class User(UserMixin, Base):
    __table_args__ = (Index("ix_user_name_id", "name", "id"), *UserMixin.__table_args__)

    name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")

    @hybrid_property
    def display_name(self) -> str:
        return self.name or self.email

    @display_name.inplace.expression
    @classmethod
    def _display_name(cls) -> ColumnElement[str]:
        return case((cls.name != "", cls.name), else_=cls.email)

    def rename(self, name: str) -> None:
        if name != self.name:
            record("user.renamed", self.subject, before=self.name, after=name)
            self.name = name


class Thing(AuditMixin, OwnerMixin, VersionMixin, Base):
    __tablename__ = "thing"
    __table_args__ = (
        UniqueConstraint("user_id", "submission"),
        Index("ix_thing_created_at_id", "created_at", "id"),
        Index("ix_thing_user_id_archived_at_id", "user_id", "archived_at", "id"),
        {"sqlite_autoincrement": True},
    )

    private = "title", "body"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(20_000), default="")
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)

    @classmethod
    def create(
        cls, user_id: int, title: str, body: str = "", submission: str | None = None
    ) -> Self:
        return super().create(user_id=user_id, title=title, body=body, submission=submission)

    def archive(self) -> None:
        self.archived_at = now()
        record("thing.archived", self.subject)

    def restore(self) -> None:
        self.archived_at = None
        record("thing.restored", self.subject)
