"""What a browser or a mail holds, and the database only knows the hash of."""

import hashlib
import secrets

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column


def generate_token() -> str:
    """A new secret: 256 random bits, for a cookie or a link."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is stored of a secret. It is random and long, so a fast hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


class TokenHashMixin:
    """Mixin: a row that is found by a secret, of which it has the hash."""

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
