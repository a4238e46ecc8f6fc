"""Accounts at login providers."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe import mail
from carafe.audit import record
from carafe.auth import pages
from carafe.auth.models.passkey import Passkey
from carafe.database import Base, db
from carafe.time import now

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin


class LinkedAccount(Base):
    """An account at a provider, identified by the provider's ID: addresses change hands."""

    __tablename__ = "linked_account"
    __table_args__ = (
        UniqueConstraint("provider", "subject"),
        UniqueConstraint("user_id", "provider"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    provider: Mapped[str] = mapped_column(String(50))
    subject: Mapped[str] = mapped_column(String(255))
    # The provider's label when it was connected, for the owner to recognize.
    label: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(default=now)

    @classmethod
    def by_subject(cls, provider: str, subject: str) -> LinkedAccount | None:
        return db.session.scalar(
            select(cls).where(cls.provider == provider, cls.subject == subject)
        )

    @classmethod
    def for_user(cls, user_id: int) -> list[LinkedAccount]:
        """Return a user's linked accounts, oldest first."""
        query = select(cls).where(cls.user_id == user_id).order_by(cls.id)
        return list(db.session.scalars(query))

    @classmethod
    def connect(cls, user: UserMixin, provider: str, subject: str, label: str) -> None:
        """Connect an account to the current user's. Raise `IntegrityError` if it is taken."""
        db.session.add(cls(user_id=user.id, provider=provider, subject=subject, label=label))
        db.session.flush()
        record("account.connected", user.subject, actor=user.email, provider=provider)

    @classmethod
    def delete_unverified(cls, user: UserMixin) -> None:
        """Delete what was connected before the user's address was confirmed.

        Someone may have signed up through a provider that doesn't verify addresses with another
        person's, who then confirmed it without noticing what else opens the account.
        """
        unproven = delete(cls).where(cls.user_id == user.id)
        if user.confirmed_at:
            unproven = unproven.where(cls.created_at < user.confirmed_at)
        for provider in db.session.scalars(unproven.returning(cls.provider)):
            record("account.disconnected", user.subject, actor=user.email, provider=provider)

    def is_only_login_method(self, user: UserMixin, providers: Container[str]) -> bool:
        """Return whether it is the only way to log in.

        Other accounts count if `providers` has theirs.
        """
        if user.password_hash:
            return False
        if any(
            o.id != self.id and o.provider in providers for o in LinkedAccount.for_user(user.id)
        ):
            return False
        return not db.session.scalar(select(literal(1)).where(Passkey.user_id == user.id).limit(1))

    def disconnect(self, user: UserMixin, label: str) -> None:
        """Disconnect it, and notify the owner. `label` is the provider's name."""
        record("account.disconnected", user.subject, provider=self.provider)
        notify_owner(user, "account_disconnected", label)
        db.session.delete(self)


def notify_owner(user: UserMixin, what: str, label: str) -> None:
    url = pages.url("reset")
    mail.send(user.email, f"auth/emails/{what}", user=user, provider=label, reset_url=url)
