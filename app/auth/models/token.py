"""One-time links, mailed to an address for one purpose."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.models.secret import Hashed, digest, make
from app.core.database import Base, db
from app.core.time import now

if TYPE_CHECKING:
    from app.auth.models.user import User

CONFIRM, RESET, MAGIC_LINK, CHALLENGE = "confirm", "reset", "magic link", "challenge"
EMAIL_CHANGE, EMAIL_UNDO = "e-mail change", "e-mail undo"
LIFETIMES = {
    CONFIRM: timedelta(hours=24),
    RESET: timedelta(minutes=30),
    MAGIC_LINK: timedelta(minutes=10),
    # Between password and second factor; this one stands in the cookie, not in a mail.
    CHALLENGE: timedelta(minutes=10),
    EMAIL_CHANGE: timedelta(hours=1),
    EMAIL_UNDO: timedelta(days=7),
}


class Token(Hashed, Base):
    """A one-time link. Only its hash is stored. See `User.redeem`."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    # The user's address when it was made: once they have another, it opens nothing.
    email: Mapped[str] = mapped_column(String(254))
    # The address that a change of address, or its undoing, leads to.
    target: Mapped[str | None] = mapped_column(String(254))
    expires_at: Mapped[datetime] = mapped_column(index=True)

    @classmethod
    def issue(cls, user: User, purpose: str, *, target: str | None = None) -> str:
        """Store a new token for the user's present address and return it."""
        token = make()
        db.session.execute(delete(cls).where(cls.user_id == user.id, cls.expires_at <= now()))
        db.session.add(
            cls(
                token_hash=digest(token),
                user_id=user.id,
                purpose=purpose,
                email=user.email,
                target=target,
                expires_at=now() + LIFETIMES[purpose],
            )
        )
        return token

    @classmethod
    def find(cls, token: str, purpose: str) -> Any:
        """Columns `user_id`, `email` and `target` of a valid token, or None. It stays valid."""
        found = select(cls.user_id, cls.email, cls.target).where(*cls._matches(token, purpose))
        return db.session.execute(found).first()

    @classmethod
    def consume(cls, token: str, purpose: str) -> Any:
        """The same, once: of many at the same time one wins."""
        used = delete(cls).where(*cls._matches(token, purpose))
        return db.session.execute(used.returning(cls.user_id, cls.email, cls.target)).first()

    @classmethod
    def void(cls, user_id: int, *purposes: str) -> None:
        """Make what was issued to a user for these purposes open nothing."""
        db.session.execute(delete(cls).where(cls.user_id == user_id, cls.purpose.in_(purposes)))

    @classmethod
    def _matches(cls, token: str, purpose: str) -> list[Any]:
        return [
            cls.token_hash == digest(token),
            cls.purpose == purpose,
            cls.expires_at > now(),
        ]
