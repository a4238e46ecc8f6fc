"""Recovery codes: replacements for a lost second factor."""

from __future__ import annotations

import secrets
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe import mail
from carafe.audit import record
from carafe.auth import pages, passwords
from carafe.auth.models.secret import digest
from carafe.database import Base, db, read_transaction

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin

CODE_COUNT = 10
# Crockford's 32 without i, l, o, and u, which are mistaken for others. Ten are 50 bits, short
# enough to type from paper, and so hashed like passwords (OWASP ASVS 5.0, 6.5.2).
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
GROUPS, GROUP_LENGTH = 2, 5
LENGTH = GROUPS * GROUP_LENGTH
LOOKALIKES = str.maketrans({"o": "0", "i": "1", "l": "1"})
# Older codes had 120 bits, for which a fast hash is enough. They still work.
FAST_HASH_BYTES = 32


class GeneratedCodes(NamedTuple):
    """Codes to show once, and the hashes to store."""

    codes: list[str]
    hashes: list[bytes]


class RecoveryCode(Base):
    """A user's code for logging in once without the second factor. Only its hash is stored."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)

    @staticmethod
    def generate() -> GeneratedCodes:
        """Return new codes. It takes as long as hashing ten passwords: call it before you lock."""
        codes = [_generate_code() for _ in range(CODE_COUNT)]
        hashes = [passwords.hash(_normalize(code)).encode() for code in codes]
        return GeneratedCodes(codes, hashes)

    @classmethod
    def replace(cls, user: UserMixin, generated: GeneratedCodes) -> list[str]:
        """Store new codes instead of the user's old ones, and return them."""
        cls.delete_all(user)
        rows = [{"user_id": user.id, "code_hash": code_hash} for code_hash in generated.hashes]
        db.session.execute(insert(cls), rows)
        record("recovery_codes.generated", user.subject)
        return generated.codes

    @classmethod
    def count(cls, user_id: int) -> int:
        """Return how many codes are left."""
        query = select(func.count()).select_from(cls).where(cls.user_id == user_id)
        return db.session.scalar(query) or 0

    @classmethod
    def match(cls, user_id: int, typed: str) -> bytes | None:
        """Return the hash of the typed code if it is one of the user's, or None.

        It takes as long as verifying a password for each code: call it before you lock.
        """
        code = _normalize(typed)
        with read_transaction():
            hashes = db.session.scalars(select(cls.code_hash).where(cls.user_id == user_id)).all()
        return next((code_hash for code_hash in hashes if _is_hash_of(code_hash, code)), None)

    @classmethod
    def consume(cls, user: UserMixin, code_hash: bytes) -> bool:
        """Use up the code with this hash, and email the owner.

        Return False if it was already used.
        """
        used = delete(cls).where(cls.user_id == user.id, cls.code_hash == code_hash)
        if db.session.scalar(used.returning(cls.id)) is None:
            return False
        left = cls.count(user.id)
        record("recovery_code.used", user.subject, actor=user.email, left=left)
        url = pages.url("reset")
        mail.send(user.email, "auth/emails/recovery_code_used", user=user, left=left, url=url)
        return True

    @classmethod
    def delete_all(cls, user: UserMixin) -> None:
        db.session.execute(delete(cls).where(cls.user_id == user.id))


def _generate_code() -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def _normalize(typed: str) -> str:
    """Normalize a code: people omit the dash, use capitals, or type o for 0."""
    return "".join(filter(str.isalnum, typed)).lower().translate(LOOKALIKES)


def _is_hash_of(code_hash: bytes, code: str) -> bool:
    if len(code_hash) == FAST_HASH_BYTES:
        return compare_digest(code_hash, digest(code))
    return len(code) == LENGTH and passwords.verify(code_hash.decode(), code)
