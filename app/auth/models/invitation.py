"""Invitations: links with which somebody makes an account of a given role."""

from datetime import datetime, timedelta

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.models.secret import Hashed
from app.core.database import Base
from app.core.time import now

INVITATION_LIFETIME = timedelta(days=7)


class Invitation(Hashed, Base):
    """A one-time link, mailed to an address. Only its hash is stored."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    # By value, as in the audit: it outlives who sent it.
    invited_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
