"""Passkeys: WebAuthn credentials of a user."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, LargeBinary, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe import mail
from carafe.audit import record
from carafe.auth import pages
from carafe.database import Base, db
from carafe.time import now

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin

PASSKEY_NAME_LENGTH = 100
# More than anyone has devices. Each is a way in that its owner has to keep track of.
MAX_PASSKEYS = 20


class Passkey(Base):
    """A public key whose private key is on a device or in a password manager."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    # The authenticator's use counter; many always report 0.
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(PASSKEY_NAME_LENGTH))
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]

    @classmethod
    def by_credential(cls, credential_id: bytes) -> Passkey | None:
        query = select(cls).where(cls.credential_id == credential_id)
        # Reload: rows read before the user's row was locked may have changed.
        return db.session.scalar(query.execution_options(populate_existing=True))

    @classmethod
    def credential_ids(cls, user_id: int) -> Sequence[bytes]:
        return db.session.scalars(select(cls.credential_id).where(cls.user_id == user_id)).all()

    @classmethod
    def count(cls, user_id: int) -> int:
        query = select(func.count()).select_from(cls).where(cls.user_id == user_id)
        return db.session.scalar(query) or 0

    @classmethod
    def register(
        cls, user: UserMixin, name: str, credential_id: bytes, key: bytes, count: int
    ) -> Passkey:
        """Add the key to the user's, and notify them."""
        passkey = cls(
            user_id=user.id,
            name=name,
            credential_id=credential_id,
            public_key=key,
            sign_count=count,
        )
        db.session.add(passkey)
        record("passkey.added", user.subject, name=name)
        _notify_owner(user, "passkey_added", name, "reset")
        return passkey

    def record_use(self, user: UserMixin, count: int) -> bool:
        """Record a use. Return False, and notify the owner, if `count` went back.

        Web Authentication 7.2, step 22: two devices then seem to have the private key, one of them
        a copy, and the site decides. Nobody knows which of the two signed, so this one is refused;
        the owner, who may have other ways in, decides about the passkey. Synced keys always report
        0, and are never refused by this.
        """
        if (count or self.sign_count) and count <= self.sign_count:
            record("passkey.rejected", user.subject, actor=user.email, name=self.name, count=count)
            _notify_owner(user, "passkey_copied", self.name, "login")
            return False
        self.sign_count = count
        self.last_used_at = now()
        return True

    def rename(self, name: str) -> None:
        if name != self.name:
            record("passkey.renamed", f"user:{self.user_id}", before=self.name, after=name)
            self.name = name

    def remove(self, user: UserMixin) -> None:
        record("passkey.removed", user.subject, name=self.name)
        _notify_owner(user, "passkey_removed", self.name, "reset")
        db.session.delete(self)


def _notify_owner(user: UserMixin, what: str, name: str, page: pages.Page) -> None:
    url = pages.url(page)
    mail.send(user.email, f"auth/emails/{what}", user=user, name=name, url=url)
