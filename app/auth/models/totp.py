"""Time-based one-time passwords (RFC 6238), and the recovery codes for a lost phone."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.time import now


class Totp(Base):
    """A user's authenticator app. The secret is encrypted with a key from the key ring."""

    __tablename__ = "totp"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    # The time step of the last accepted code: it and those before it are refused (RFC 6238, 5.2).
    counter: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)


class RecoveryCode(Base):
    """One of a user's codes for signing in without the second factor, once. Only its hash."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
