"""One-time links, emailed to an address for one purpose."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Delete,
    ForeignKey,
    LargeBinary,
    String,
    delete,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from carafe.auth.models.secret import TokenHashMixin, digest, generate_token
from carafe.database import Base, db
from carafe.database.aliases import AnyRow
from carafe.database.inserts import dummy_insert
from carafe.time import now

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin

CONFIRM, RESET, MAGIC_LINK, LOGIN_CHALLENGE = "confirm", "reset", "magic link", "challenge"
FORM_BEFORE_PROOF, FORM_BEFORE_LOGIN = "form before proof", "form before login"
EMAIL_CHANGE, EMAIL_UNDO = "email change", "email undo"
LIFETIMES = {
    CONFIRM: timedelta(hours=24),
    RESET: timedelta(minutes=30),
    MAGIC_LINK: timedelta(minutes=10),
    # Between the first and second factor, in the cookie instead of an email. It lasts longer than
    # the lockout after too many typos, so that users need not start over.
    LOGIN_CHALLENGE: timedelta(minutes=20),
    # These two are in a URL, and do nothing in another browser.
    FORM_BEFORE_PROOF: timedelta(minutes=10),
    FORM_BEFORE_LOGIN: timedelta(hours=1),
    EMAIL_CHANGE: timedelta(hours=1),
    EMAIL_UNDO: timedelta(days=7),
}


# Links that become invalid once a user has reason to distrust earlier emails. Not the undo link of
# an email change: it is how an owner recovers from a thief, who changes the password next.
# Nor forms written by someone who then forgot their password.
VOIDABLE = LIFETIMES.keys() - {EMAIL_UNDO, FORM_BEFORE_LOGIN}


class Token(TokenHashMixin, Base):
    """A one-time link. Only its hash is stored. See `user_model().consume_token`."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    # The user's address at that time: once they have another one, the link is void.
    email: Mapped[str] = mapped_column(String(254))
    # The new or restored address of an email change or its undo link; for a confirmation, the hash
    # of the password chosen in `browser`, "" without one.
    target: Mapped[str | None] = mapped_column(String(254))
    # The hash of the ID of the browser that registered. See `confirmation`.
    browser: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    expires_at: Mapped[datetime] = mapped_column(index=True)

    @classmethod
    def issue(
        cls,
        user: UserMixin,
        purpose: str,
        *,
        target: str | None = None,
        browser: bytes | None = None,
    ) -> str:
        """Store a new token for the user's current address and return it."""
        token = generate_token()
        row = cls._row(token, user.id, purpose, user.email, target, browser)
        db.session.execute(cls._expired(user.id))
        db.session.execute(insert(cls).values(row))
        return token

    @classmethod
    def issue_dummy(cls) -> str:
        """Do the work of `issue` without storing anything; return a void token."""
        token = generate_token()
        row = cls._row(token, 0, RESET, "nobody", None, None)
        db.session.execute(cls._expired(0))
        dummy_insert(cls, row)
        return token

    @staticmethod
    def _row(
        token: str,
        user_id: int,
        purpose: str,
        email: str,
        target: str | None,
        browser: bytes | None,
    ) -> dict[str, object]:
        return {
            "token_hash": digest(token),
            "user_id": user_id,
            "purpose": purpose,
            "email": email,
            "target": target,
            "browser": browser,
            "expires_at": now() + LIFETIMES[purpose],
        }

    @classmethod
    def _expired(cls, user_id: int) -> Delete:
        return delete(cls).where(cls.user_id == user_id, cls.expires_at <= now())

    @classmethod
    def find(cls, token: str, purpose: str) -> AnyRow | None:
        """Return a valid token's columns, except the hash, without using it up, or None."""
        query = select(*cls._columns()).where(*cls._matches(token, purpose))
        return db.session.execute(query).first()

    @classmethod
    def consume(cls, token: str, purpose: str) -> AnyRow | None:
        """Use up a valid token and return its row.

        Of several requests at the same time, one gets it.
        """
        used = delete(cls).where(*cls._matches(token, purpose))
        return db.session.execute(used.returning(*cls._columns())).first()

    @classmethod
    def latest_target(cls, user_id: int, purpose: str, browser: bytes | None) -> str | None:
        """Return the target of the user's newest token for that purpose from a browser."""
        tokens = cls.user_id == user_id, cls.purpose == purpose, cls.browser == browser
        query = select(cls.target).where(*tokens).order_by(cls.id.desc()).limit(1)
        return db.session.scalar(query)

    @classmethod
    def revoke(cls, user_id: int, *purposes: str) -> None:
        """Void a user's tokens for these purposes, or all `VOIDABLE` ones."""
        voided = cls.purpose.in_(purposes or VOIDABLE)
        db.session.execute(delete(cls).where(cls.user_id == user_id, voided))

    @classmethod
    def void_all_but_newest(cls, user_id: int, purpose: str, number: int) -> None:
        """Delete all but the newest few of a user's tokens for a purpose."""
        conditions = cls.user_id == user_id, cls.purpose == purpose
        newest = select(cls.id).where(*conditions).order_by(cls.id.desc()).limit(number)
        db.session.execute(delete(cls).where(*conditions, cls.id.not_in(newest)))

    @classmethod
    def delete(cls, token_hash: bytes) -> None:
        db.session.execute(delete(cls).where(cls.token_hash == token_hash))

    @classmethod
    def _columns(cls) -> list[Any]:
        return [
            cls.id,
            cls.user_id,
            cls.purpose,
            cls.email,
            cls.target,
            cls.browser,
            cls.expires_at,
        ]

    @classmethod
    def _matches(cls, token: str, purpose: str) -> list[ColumnElement[bool]]:
        return [
            cls.token_hash == digest(token),
            cls.purpose == purpose,
            cls.expires_at > now(),
        ]
