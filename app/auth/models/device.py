"""Devices that a user has signed in from, so that a new one can be told to them."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.time import now


class KnownDevice(Base):
    """A kind of browser in a network, as a hash: enough to recognise, too little to track."""

    __tablename__ = "known_device"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
