"""Users: what they are and what can happen to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from flask import url_for
from sqlalchemy import (
    ColumnElement,
    Index,
    String,
    case,
    delete,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from app import mail
from app.audit import forget, record
from app.auth.addresses import addresses_held
from app.auth.models.impersonation import Impersonation
from app.auth.models.linked_account import LinkedAccount
from app.auth.models.passkey import Passkey
from app.auth.models.session import Session
from app.auth.models.token import CHALLENGE, CONFIRM, MAGIC_LINK, RESET, Token
from app.auth.models.totp import Totp
from app.auth.permissions import ADMIN, NO_ROLE, LastAdminError, within
from app.auth.signals import links_voided, user_deleted
from app.core import figures
from app.core.database import Base, bytewise, db, take_turns
from app.core.time import now
from app.core.urls import public_url
from app.jobs import Job

EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its angle brackets
NAME_LENGTH = 100

# How many were here, in `figures`.
ACTIVE_USERS = "users.active"

# What lists are narrowed down to.
STATES = {
    "ix_user_active": text("suspended_at IS NULL AND confirmed_at IS NOT NULL"),
    "ix_user_unconfirmed": text("suspended_at IS NULL AND confirmed_at IS NULL"),
    "ix_user_suspended": text("suspended_at IS NOT NULL"),
    "ix_user_leaving": text("deletes_at IS NOT NULL"),
}


class AddressTakenError(Exception):
    """Another account has this address by now."""


class User(Base):
    __tablename__ = "user"
    __table_args__ = (
        Index("ix_user_name_id", "name", "id"),
        Index("ix_user_created_at_id", "created_at", "id"),
        Index("ix_user_role", "role"),
        *(
            Index(name, "created_at", "id", sqlite_where=where, postgresql_where=where)
            for name, where in STATES.items()
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Normalised once, in `forms.EmailField`; so unique regardless of case.
    email: Mapped[str] = mapped_column(bytewise(EMAIL_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    # "" where there is no password: signed up through another site.
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), default="user")
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    # When the account is deleted for good, if its owner asked for that.
    deletes_at: Mapped[datetime | None] = mapped_column(index=True)
    # Since when an administrator wants them to have one, whatever their role.
    second_factor_required_at: Mapped[datetime | None]
    # The zone in which times are shown, such as "Europe/Berlin"; "" for the browser's own.
    time_zone: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # The name of the picture's file.
    avatar: Mapped[str | None] = mapped_column(String(64))
    # The last day, of UTC, on which they were here. See `note_day`.
    last_active_on: Mapped[date | None]

    @classmethod
    def by_email(cls, email: str, *, lock: bool = False) -> User | None:
        """The user of a normalised address; `lock` holds off changes until this transaction ends.

        SQLite's write transactions do so in any case.
        """
        statement = select(cls).where(cls.email == email)
        return db.session.scalar(statement.with_for_update() if lock else statement)

    @classmethod
    def of_link(cls, provider: str, subject: str) -> User | None:
        """The user whom an account at a provider opens, locked as by `by_email`."""
        linked = select(cls).join(LinkedAccount, LinkedAccount.user_id == cls.id)
        mine = LinkedAccount.provider == provider, LinkedAccount.subject == subject
        return db.session.scalar(linked.where(*mine).with_for_update())

    @classmethod
    def register(cls, email: str, password_hash: str, name: str = "", **fields: Any) -> User:
        user = cls(email=email, password_hash=password_hash, name=name, **fields)
        db.session.add(user)
        db.session.flush()
        record("user.signed_up", user.subject, actor=user.email)
        return user

    @classmethod
    def claim(cls, email: str, password_hash: str, name: str, role: str) -> User:
        """Return the new account of an address for somebody who may have it.

        Whoever registered with the address and never confirmed it makes way. Raises
        `AddressTakenError` where it has an account, and `IntegrityError` where somebody registers
        with it at this very moment.
        """
        holder = cls.by_email(email, lock=True)
        if holder is None:
            return cls.register(email, password_hash, name, role=role, confirmed_at=now())
        if holder.confirmed_at or holder.suspended_at:
            raise AddressTakenError
        user = holder.start_over(password_hash=password_hash, name=name)
        # A role that was given to the address stays where it allows more than this one.
        if within(user.role, role):
            user.role = role
        return user

    @classmethod
    def of_token(cls, token: str, purpose: str) -> User | None:
        """The user to whom a valid token was given. It stays valid."""
        return cls._entitled(Token.find(token, purpose))

    @classmethod
    def redeem(cls, token: str, purpose: str) -> User | None:
        """The same, and the token is used up: of many at the same time one wins."""
        if found := Token.find(token, purpose):
            # Before the token, as whatever else changes a user does: or they wait for each other.
            db.session.execute(select(cls.id).where(cls.id == found.user_id).with_for_update())
        return cls._entitled(Token.consume(token, purpose))

    @classmethod
    def _entitled(cls, found: Any) -> User | None:
        if found is None:
            return None
        # Bound to the address, too: a link to an address that was given up opens nothing.
        return db.session.scalar(
            select(cls).where(
                cls.id == found.user_id, cls.email == found.email, cls.suspended_at.is_(None)
            )
        )

    @hybrid_property
    def effective_role(self) -> str:
        """The role whose permissions the user has: none before they confirmed their address.

        A role is given to the owner of an address, and anybody can register with it.
        """
        return self.role if self.confirmed_at else NO_ROLE

    @effective_role.inplace.expression
    @classmethod
    def _effective_role(cls) -> ColumnElement[str]:
        return case((cls.confirmed_at.is_not(None), cls.role), else_=NO_ROLE)

    @property
    def subject(self) -> str:
        """How the audit names this user."""
        return f"user:{self.id}"

    @property
    def has_second_factor(self) -> bool:
        return has_second_factor(self.id)

    @property
    def display_name(self) -> str:
        return self.name or self.email

    @property
    def greeting(self) -> str:
        """How a mail to this user begins.

        By name only where the address is confirmed: else whoever registered with it could have us
        mail any text, a link included, to a stranger.
        """
        return f"Hello {self.name}," if self.name and self.confirmed_at else "Hello,"

    @classmethod
    def note_day(cls, id: int) -> None:
        """Count the user among those who were here today, once however often they come.

        Only their last day is kept, not which ones there were.
        """
        today = datetime.now(UTC).date()
        first = or_(cls.last_active_on.is_(None), cls.last_active_on < today)
        noted = (
            update(cls).where(cls.id == id, first).values(last_active_on=today).returning(cls.id)
        )
        if db.session.scalar(noted) is not None:
            # At noon, when it is that day nearly everywhere.
            figures.increment(ACTIVE_USERS, datetime.combine(today, time(12), UTC))

    def rename(self, name: str) -> None:
        if name != self.name:
            record("user.renamed", self.subject, before=self.name, after=name)
            self.name = name

    def show_times_in(self, zone: str) -> None:
        if zone != self.time_zone:
            record("user.time_zone_changed", self.subject, before=self.time_zone, after=zone)
            self.time_zone = zone

    def change_role(self, role: str) -> None:
        """Give another role. Raises `LastAdminError`."""
        if role != self.role:
            self.leave_an_admin()
            record("user.role_changed", self.subject, before=self.role, after=role)
            self.role = role

    def change_password(self, password_hash: str, *, keep: int | None = None) -> None:
        """Set the password; ends every session but `keep`, and voids links mailed before."""
        self.password_hash = password_hash
        self.end_sessions(keep=keep)
        self.void_links()
        record("user.password_changed", self.subject, actor=self.email)
        mail.send(self.email, "auth/emails/password_changed", user=self, reset_url=_reset_url())

    def confirm(self) -> None:
        if self.confirmed_at is None:
            self.confirmed_at = now()
            Token.void(self.id, CONFIRM)
            record("user.confirmed", self.subject, actor=self.email)

    def start_over(self, *, password_hash: str = "", name: str = "") -> User:
        """Put an empty account in the place of this one, whose address nobody has confirmed.

        For whoever shows that the address is theirs. Name, picture, password, passkeys, linked
        accounts and sessions may be those of somebody who had signed up with it first, to share
        the account later ("pre-hijacking"); what has no row cannot be forgotten here.
        """
        self._remove()  # what was given to the address stays, such as the last admin's role
        db.session.flush()
        user = User.register(
            self.email, password_hash, name, role=self.role, confirmed_at=now(),
            second_factor_required_at=self.second_factor_required_at,
        )  # fmt: skip
        record("user.recreated", user.subject, actor=user.email, before=self.subject)
        return user

    def suspend(self) -> None:
        """Let the user in no longer, and end their sessions. Raises `LastAdminError`."""
        if self.suspended_at is None:
            self.leave_an_admin()
            self.suspended_at = now()
            self.end_sessions()
            self.void_links()
            record("user.suspended", self.subject)

    def reinstate(self) -> None:
        if self.suspended_at is not None:
            self.suspended_at = None
            record("user.reinstated", self.subject)

    def end_sessions(self, *, keep: int | None = None) -> None:
        """End all sessions of this user, copied cookies included, except the one with id `keep`."""
        ending = Session.user_id == self.id
        if keep:
            ending &= Session.id != keep
        begun_there = Impersonation.session_id.in_(select(Session.id).where(ending))
        Impersonation.finish(begun_there, "session")
        db.session.execute(delete(Session).where(ending))
        Token.void(self.id, CHALLENGE)  # a session that waits for the second factor

    def void_links(self) -> None:
        """Void every link that was mailed to this user, and those that give others permissions."""
        Token.void(self.id)
        links_voided.send(self)

    def log_out_everywhere(self, *, keep: int | None = None) -> None:
        """End all sessions but the one with id `keep`, because somebody asked for it."""
        self.end_sessions(keep=keep)
        Token.void(self.id, MAGIC_LINK)
        record("user.sessions_ended", self.subject)

    def leave_an_admin(self) -> None:
        """Before this user stops being one: raise `LastAdminError` where no other would be left."""
        acting = (
            User.effective_role == ADMIN,
            User.suspended_at.is_(None),
            User.deletes_at.is_(None),
        )
        if self.effective_role != ADMIN or self.suspended_at or self.deletes_at:
            return
        take_turns(ADMIN)
        if db.session.scalar(select(User.id).where(User.id != self.id, *acting).limit(1)) is None:
            raise LastAdminError

    def lock(self) -> None:
        """Hold off changes by others to this user until the transaction ends, on PostgreSQL.

        SQLite's write transactions do so in any case.
        """
        db.session.execute(select(User.id).where(User.id == self.id).with_for_update())

    def close(self) -> None:
        """Let nobody in any more: the account is about to be deleted. Raises `LastAdminError`."""
        self.leave_an_admin()
        moment = now()
        self.suspended_at, self.deletes_at = self.suspended_at or moment, moment
        self.end_sessions()
        self.void_links()

    def delete(self, *, forgotten: int = 0) -> None:
        """Delete the user and all that is theirs. The audit forgets who it was.

        Of events up to the id `forgotten` it has done so. Others who write wait as long as this
        takes: see `deletion.delete_due` for a user who has much. Raises `LastAdminError`.
        """
        self.leave_an_admin()
        self._remove(forgotten)

    def _remove(self, forgotten: int = 0) -> None:
        self.end_sessions()
        Impersonation.finish(Impersonation.user_id == self.id, "deletion")
        forget(self.subject, addresses_held(self.subject, self.email), after=forgotten)
        record("user.deleted", self.subject)
        Job.forget(self.subject)
        user_deleted.send(self)
        db.session.delete(self)

    def send_reset(self) -> None:
        url = public_url(url_for("auth.reset_token", token=Token.issue(self, RESET)))
        mail.send(self.email, "auth/emails/reset", user=self, url=url)
        record("user.reset_requested", self.subject, actor=self.email)

    def send_magic_link(self) -> None:
        url = public_url(url_for("auth.use_magic_link", token=Token.issue(self, MAGIC_LINK)))
        mail.send(self.email, "auth/emails/magic_link", user=self, url=url)
        record("user.magic_link_requested", self.subject, actor=self.email)

    def send_already_registered(self) -> None:
        mail.send(self.email, "auth/emails/registered", user=self, reset_url=_reset_url())
        record("user.reset_suggested", self.subject, actor=self.email)


def has_second_factor(user_id: int) -> bool:
    """Whether a password alone does not let this user in: they have an app or a passkey."""
    factors = [select(literal(1)).where(m.user_id == user_id).exists() for m in (Totp, Passkey)]
    return bool(db.session.scalar(select(or_(*factors))))


def _reset_url() -> str:
    return public_url(url_for("auth.reset"))
