"""Tokens with which programs act for a user, under `/api`."""

from __future__ import annotations

import secrets
import string
import zlib
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe.audit import record
from carafe.auth.models.secret import TokenHashMixin, digest
from carafe.database import Base, db
from carafe.time import now

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
# 30 characters of base62 are 178 random bits. The checksum follows, as in GitHub's tokens: a
# scanner that finds a token in published code knows that it is one, without asking anybody.
RANDOM_LENGTH = 30
CHECKSUM_LENGTH = 6
NAME_LENGTH = 100
SCOPES_LENGTH = 1000
NETWORKS_LENGTH = 500
TOKENS_PER_USER = 50


class ApiToken(TokenHashMixin, Base):
    """A token of a user. Only its hash is stored, and its last characters to tell it by."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    ending: Mapped[str] = mapped_column(String(4))
    # Names of scopes, separated by spaces.
    scopes: Mapped[str] = mapped_column(String(SCOPES_LENGTH))
    # Networks from which it may be used, separated by spaces; "" for any.
    networks: Mapped[str] = mapped_column(String(NETWORKS_LENGTH), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None] = mapped_column()
    last_used_at: Mapped[datetime | None] = mapped_column()
    last_address: Mapped[str] = mapped_column(String(45), default="")

    @classmethod
    def issue(
        cls,
        user: UserMixin,
        name: str,
        scopes: set[str],
        *,
        prefix: str,
        networks: str = "",
        expires_at: datetime | None = None,
    ) -> tuple[ApiToken, str]:
        """Add a token in this transaction; return it with its text, which is stored nowhere."""
        text = generate_api_token(prefix)
        token = cls(
            token_hash=digest(text),
            user_id=user.id,
            name=name,
            ending=text[-4:],
            scopes=" ".join(sorted(scopes)),
            networks=networks,
            expires_at=expires_at,
        )
        db.session.add(token)
        db.session.flush()
        record("api_token.created", user.subject, name=name, scopes=token.scopes)
        return token, text

    @classmethod
    def revoke_all(cls, user_id: int) -> None:
        """Revoke all tokens of a user."""
        for token in db.session.scalars(select(cls).where(cls.user_id == user_id)):
            token.revoke()

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()

    def revoke(self) -> None:
        record("api_token.revoked", f"user:{self.user_id}", name=self.name)
        db.session.delete(self)


def generate_api_token(prefix: str) -> str:
    """Return a new token: `<prefix>_`, 30 random characters, and a checksum of six."""
    body = "".join(secrets.choice(BASE62) for _ in range(RANDOM_LENGTH))
    return f"{prefix}_{body}{_checksum(body)}"


def is_well_formed(text: str, prefix: str) -> bool:
    """Tell whether a text can be a token: one with a typo can't, or one that was cut off."""
    head, _, tail = text.rpartition("_")
    body, checksum = tail[:RANDOM_LENGTH], tail[RANDOM_LENGTH:]
    return head == prefix and len(body) == RANDOM_LENGTH and checksum == _checksum(body)


def _checksum(body: str) -> str:
    number, digits = zlib.crc32(body.encode("utf-8", "replace")), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(BASE62))
        digits = BASE62[digit] + digits
    return digits
