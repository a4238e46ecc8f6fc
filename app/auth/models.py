"""The user: the columns and methods of this app. `UserMixin` has what the engine needs."""

from sqlalchemy import ColumnElement, Index, String, case
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from carafe.audit import record
from carafe.auth import NAME_LENGTH, UserMixin
from carafe.database import Base


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
