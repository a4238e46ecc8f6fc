"""Users, the sessions they have open, and the one-time tokens they were mailed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import ForeignKey, Index, LargeBinary, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import mail
from app.audit import record
from app.core.database import Base, db
from app.core.time import now
from app.core.urls import public_url

EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its angle brackets
NAME_LENGTH = 100
ROLES = {"user": "User", "admin": "Administrator"}

SESSION_LIFETIME = timedelta(hours=12)
REMEMBERED_SESSION_LIFETIME = timedelta(days=30)
LAST_SEEN_PRECISION = timedelta(minutes=1)

CONFIRM, RESET = "confirm", "reset"
TOKEN_LIFETIMES = {CONFIRM: timedelta(hours=24), RESET: timedelta(minutes=30)}


def digest(token: str) -> bytes:
    """What is stored of a token. It has 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


class User(Base):
    __tablename__ = "user"
    __table_args__ = (
        Index("ix_user_name_id", "name", "id"),
        Index("ix_user_created_at_id", "created_at", "id"),
        # The audit names users by id: that of a deleted one must not be given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Normalised once, in `forms.EmailField`; so unique regardless of case.
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default="user")
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]

    @classmethod
    def by_email(cls, email: str, *, lock: bool = False) -> User | None:
        """The user of a normalised address; `lock` holds off changes until this transaction ends.

        SQLite's write transactions do so in any case.
        """
        statement = select(cls).where(cls.email == email)
        return db.session.scalar(statement.with_for_update() if lock else statement)

    @classmethod
    def register(cls, email: str, password_hash: str, name: str = "", **fields: Any) -> User:
        user = cls(email=email, password_hash=password_hash, name=name, **fields)
        db.session.add(user)
        db.session.flush()
        record("user.registered", user.subject, actor=user.email)
        return user

    @property
    def subject(self) -> str:
        """How the audit names this user."""
        return f"user:{self.id}"

    @property
    def display_name(self) -> str:
        return self.name or self.email

    def rename(self, name: str) -> None:
        if name != self.name:
            record("user.renamed", self.subject, before=self.name, after=name)
            self.name = name

    def change_role(self, role: str) -> None:
        if role != self.role:
            record("user.role_changed", self.subject, before=self.role, after=role)
            self.role = role

    def change_password(self, password_hash: str, *, keep: int | None = None) -> None:
        """Set the password; ends every session but `keep`, and voids links mailed before."""
        self.password_hash = password_hash
        self.end_sessions(keep=keep)
        db.session.execute(delete(Token).where(Token.user_id == self.id, Token.purpose == RESET))
        record("user.password_changed", self.subject, actor=self.email)
        mail.send(self.email, "auth/emails/password_changed", user=self, reset_url=_reset_url())

    def confirm(self) -> None:
        if self.confirmed_at is None:
            self.confirmed_at = now()
            record("user.confirmed", self.subject, actor=self.email)

    def suspend(self) -> None:
        if self.suspended_at is None:
            self.suspended_at = now()
            self.end_sessions()
            record("user.suspended", self.subject)

    def reinstate(self) -> None:
        if self.suspended_at is not None:
            self.suspended_at = None
            record("user.reinstated", self.subject)

    def end_sessions(self, *, keep: int | None = None) -> None:
        """End all sessions of this user, copied cookies included, except the one with id `keep`."""
        statement = delete(Session).where(Session.user_id == self.id)
        db.session.execute(statement.where(Session.id != keep) if keep else statement)

    def log_out_everywhere(self, *, keep: int | None = None) -> None:
        """End all sessions but the one with id `keep`, because somebody asked for it."""
        self.end_sessions(keep=keep)
        record("user.sessions_ended", self.subject)

    def delete(self) -> None:
        record("user.deleted", self.subject, email=self.email)
        db.session.delete(self)

    def send_confirmation(self) -> None:
        url = public_url(url_for("auth.confirm_token", token=Token.issue(self, CONFIRM)))
        mail.send(self.email, "auth/emails/confirm", user=self, url=url)

    def send_reset(self) -> None:
        url = public_url(url_for("auth.reset_token", token=Token.issue(self, RESET)))
        mail.send(self.email, "auth/emails/reset", user=self, url=url)
        record("user.reset_requested", self.subject, actor=self.email)

    def send_already_registered(self) -> None:
        mail.send(self.email, "auth/emails/registered", user=self, reset_url=_reset_url())


def _reset_url() -> str:
    return public_url(url_for("auth.reset"))


class Session(Base):
    """A signed-in browser. The cookie holds the token, this row its hash; without row, no entry."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    # When the user last proved who they are, for what asks for a recent proof.
    authenticated_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    remembered: Mapped[bool]
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(300), default="")

    @classmethod
    def start(cls, user: User, *, remembered: bool, address: str, agent: str) -> str:
        """Open a session and return its token, which is stored nowhere."""
        token = secrets.token_urlsafe(32)
        db.session.execute(delete(cls).where(cls.user_id == user.id, cls.expires_at <= now()))
        db.session.add(
            cls(
                token_hash=digest(token),
                user_id=user.id,
                remembered=remembered,
                expires_at=now() + cls.lifetime(remembered),
                address=address[:45],
                agent=agent[:300],
            )
        )
        record("session.started", user.subject, actor=user.email)
        return token

    @staticmethod
    def lifetime(remembered: bool) -> timedelta:
        """How long a session lasts after it was last seen."""
        return REMEMBERED_SESSION_LIFETIME if remembered else SESSION_LIFETIME

    @classmethod
    def touch(cls, id: int, remembered: bool) -> None:
        moment = now()
        db.session.execute(
            update(cls)
            .where(cls.id == id)
            .values(last_seen_at=moment, expires_at=moment + cls.lifetime(remembered))
        )

    def end(self) -> None:
        record("session.ended", f"user:{self.user_id}")
        db.session.delete(self)


class Token(Base):
    """A one-time link, mailed to an address for one purpose. Only its hash is stored."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    expires_at: Mapped[datetime] = mapped_column(index=True)

    @classmethod
    def issue(cls, user: User, purpose: str) -> str:
        """Store a new token for the user's present address and return it."""
        token = secrets.token_urlsafe(32)
        db.session.execute(delete(cls).where(cls.user_id == user.id, cls.expires_at <= now()))
        db.session.add(
            cls(
                token_hash=digest(token),
                user_id=user.id,
                purpose=purpose,
                email=user.email,
                expires_at=now() + TOKEN_LIFETIMES[purpose],
            )
        )
        return token

    @classmethod
    def owner(cls, token: str, purpose: str) -> User | None:
        """The user whom a valid token was mailed to. It stays valid."""
        found = select(cls.user_id, cls.email).where(*cls._matches(token, purpose))
        return cls._user(db.session.execute(found).first())

    @classmethod
    def consume(cls, token: str, purpose: str) -> User | None:
        """The user whom a valid token was mailed to, once: of many at the same time one wins."""
        used = delete(cls).where(*cls._matches(token, purpose))
        return cls._user(db.session.execute(used.returning(cls.user_id, cls.email)).first())

    @staticmethod
    def _user(found: Any) -> User | None:
        if found is None:
            return None
        # Bound to the address, too: a link to an address that was given up opens nothing.
        return db.session.scalar(
            select(User).where(
                User.id == found.user_id, User.email == found.email, User.suspended_at.is_(None)
            )
        )

    @classmethod
    def _matches(cls, token: str, purpose: str) -> list[Any]:
        return [
            cls.token_hash == digest(token),
            cls.purpose == purpose,
            cls.expires_at > now(),
        ]
