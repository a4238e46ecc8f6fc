"""Random secrets in a browser or an email, of which the database only has the hash."""

import hashlib
import secrets

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column


def generate_token() -> str:
    """Return a new secret: 256 random bits, for a cookie or a link."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """Return the hash to store. The secret is random and long, so a fast hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


class TokenHashMixin:
    """Mixin for rows that are looked up by the hash of a secret."""

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
