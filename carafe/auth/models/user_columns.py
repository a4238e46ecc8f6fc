"""The columns of users that the engine reads, and what depends only on them."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Index,
    Select,
    String,
    bindparam,
    case,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from carafe.auth.models.linked_account import LinkedAccount
from carafe.auth.models.passkey import Passkey
from carafe.auth.models.token import Token
from carafe.auth.models.totp import Totp
from carafe.auth.permissions import DEFAULT_ROLE, NO_ROLE
from carafe.database import binary_collated, db, partial_index
from carafe.database.aliases import AnyRow
from carafe.time import now

EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3: a path of 256, without its angle brackets
# The longest name that forms, providers, and commands accept for an app whose `User` has one.
NAME_LENGTH = 100

# Values to filter lists by.
STATES = {
    "ix_user_active": text("suspended_at IS NULL AND confirmed_at IS NOT NULL"),
    "ix_user_unconfirmed": text("suspended_at IS NULL AND confirmed_at IS NULL"),
    "ix_user_suspended": text("suspended_at IS NOT NULL"),
    "ix_user_leaving": text("deletes_at IS NOT NULL"),
}


class UserColumns:
    """Columns of `UserMixin`, and lookups by them."""

    __tablename__ = "user"
    __table_args__: tuple[object, ...] = (
        Index("ix_user_created_at_id", "created_at", "id"),
        Index("ix_user_role", "role"),
        *(partial_index(name, "created_at", "id", where=where) for name, where in STATES.items()),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Normalized once, in `fields.EmailField`, so it is unique regardless of case.
    email: Mapped[str] = mapped_column(binary_collated(EMAIL_LENGTH), unique=True)
    # "" if there is no password, because the user signed up with a provider.
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default=DEFAULT_ROLE)
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    # When the account will be deleted, if its owner requested that.
    deletes_at: Mapped[datetime | None] = mapped_column(index=True)
    # Since when an admin requires a second factor, whatever the role.
    second_factor_required_at: Mapped[datetime | None]
    # The time zone for times, such as "Europe/Berlin"; "" for the browser's.
    time_zone: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # The name of the picture's file.
    avatar: Mapped[str | None] = mapped_column(String(64))
    # The last day, in UTC, on which they were active. See `record_activity`.
    last_active_on: Mapped[date | None]

    @hybrid_property
    def effective_role(self) -> str:
        """Return the role whose permissions apply: none before the address is confirmed.

        A role is granted to the owner of an address, and anyone can register with it.
        """
        return self.role if self.confirmed_at else NO_ROLE

    @effective_role.inplace.expression
    @classmethod
    def _effective_role(cls) -> ColumnElement[str]:
        return case((cls.confirmed_at.is_not(None), cls.role), else_=NO_ROLE)

    @property
    def subject(self) -> str:
        """Return the user's name in the audit trail."""
        return f"user:{self.id}"

    @property
    def has_second_factor(self) -> bool:
        return has_second_factor(self.id)

    @hybrid_property
    def display_name(self) -> str:
        """Return what other users call this user; also works in a statement."""
        return self.email

    @property
    def greeting(self) -> str:
        """Return the first line of an email to this user.

        The name appears only if the address is confirmed. Otherwise, anyone could register a
        stranger's address and have us email them any text, even a link, as the name.
        """
        has_name = self.display_name != self.email
        return f"Hi {self.display_name}," if has_name and self.confirmed_at else "Hi,"

    @classmethod
    def by_email(cls, email: str, *, lock: bool = False) -> Self | None:
        """Return the user with a normalized address.

        `lock` blocks changes until the transaction ends.

        SQLite's write transactions do so anyway.
        """
        query = _by_email(cls.email)
        values = {"email": email}
        user: Self | None = db.session.scalar(query.with_for_update() if lock else query, values)
        return user

    @classmethod
    def by_linked_account(cls, provider: str, subject: str) -> Self | None:
        """Return the user of an account at a provider, locked as in `by_email`."""
        linked = select(cls).join(LinkedAccount, LinkedAccount.user_id == cls.id)
        linked = linked.where(LinkedAccount.provider == provider, LinkedAccount.subject == subject)
        return db.session.scalar(linked.with_for_update())

    @classmethod
    def by_token(cls, token: str, purpose: str) -> Self | None:
        """Return the user of a valid token, without using it up."""
        return cls._entitled(Token.find(token, purpose))

    @classmethod
    def consume_token(cls, token: str, purpose: str) -> Self | None:
        """Return the user of a valid token, and use it up.

        Of several requests at the same time, one gets the user.
        """
        if row := Token.find(token, purpose):
            # Lock the user before the token, like everything that changes a user: otherwise,
            # deadlock.
            db.session.execute(select(cls.id).where(cls.id == row.user_id).with_for_update())
        return cls._entitled(Token.consume(token, purpose))

    @classmethod
    def _entitled(cls, row: AnyRow | None) -> Self | None:
        if row is None:
            return None
        # Bound to the address, too: a link to an earlier address is void.
        return db.session.scalar(
            select(cls).where(
                cls.id == row.user_id, cls.email == row.email, cls.suspended_at.is_(None)
            )
        )

    def lock(self) -> None:
        """Block changes to this user by others until the transaction ends, on PostgreSQL.

        SQLite's write transactions do so anyway.
        """
        model = type(self)
        db.session.execute(select(model.id).where(model.id == self.id).with_for_update())


def has_second_factor(user_id: int) -> bool:
    """Return whether the user has an app or a passkey, so that the password isn't enough."""
    db.session.flush()  # the query is past the session
    return bool(db.session.connection().scalar(_HAS_SECOND_FACTOR, {"user": user_id}))


_HAS_SECOND_FACTOR = select(
    or_(
        *[
            select(literal(1)).where(model.user_id == bindparam("user")).exists()
            for model in (Totp, Passkey)
        ]
    )
)


@cache
def _by_email(column: InstrumentedAttribute[str]) -> Select[Any]:
    return select(column.class_).where(column == bindparam("email"))
