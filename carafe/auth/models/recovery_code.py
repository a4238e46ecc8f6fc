"""Recovery codes: ways past the second factor for anyone who has lost it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe import mail
from carafe.audit import record
from carafe.auth import pages
from carafe.auth.models.secret import digest
from carafe.database import Base, db

if TYPE_CHECKING:
    from carafe.auth.models.user_mixin import UserMixin

CODE_COUNT = 10
# Crockford's 32: no i, l, o and u, which are taken for others. Six groups of four are
# 120 bits: from 112 on a fast hash without salt is enough (OWASP ASVS 5.0, 6.5.2).
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
GROUPS, GROUP_LENGTH = 6, 4
LOOKALIKES = str.maketrans({"o": "0", "i": "1", "l": "1"})


class RecoveryCode(Base):
    """One of a user's codes for signing in without the second factor, once. Only its hash."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))

    @classmethod
    def regenerate(cls, user: UserMixin) -> list[str]:
        """New codes in place of the user's old ones. Show them now: they are stored nowhere."""
        codes = [_generate_code() for _ in range(CODE_COUNT)]
        cls.delete_all(user)
        rows = [{"user_id": user.id, "code_hash": _digest(code)} for code in codes]
        db.session.execute(insert(cls), rows)
        record("recovery_codes.generated", user.subject)
        return codes

    @classmethod
    def count(cls, user_id: int) -> int:
        """How many are left."""
        query = select(func.count()).select_from(cls).where(cls.user_id == user_id)
        return db.session.scalar(query) or 0

    @classmethod
    def consume(cls, user: UserMixin, code: str) -> bool:
        """Use a code up, if it is one: of many at the same time one wins. Its owner is told."""
        used = delete(cls).where(cls.user_id == user.id, cls.code_hash == _digest(code))
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


def _digest(code: str) -> bytes:
    """The hash of a code as typed: with or without dashes, in capitals, o for 0."""
    typed = "".join(filter(str.isalnum, code)).lower()
    return digest(typed.translate(LOOKALIKES))
