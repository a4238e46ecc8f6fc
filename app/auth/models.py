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

    @property
    def greeting(self) -> str:
        """Return the first line of an email to this user.

        The name appears only if the address is confirmed. Otherwise, anyone could register a
        stranger's address and have us email them any text, even a link, as the name.
        """
        return f"Hello {self.name}," if self.name and self.confirmed_at else "Hello,"

    def rename(self, name: str) -> None:
        if name != self.name:
            record("user.renamed", self.subject, before=self.name, after=name)
            self.name = name
