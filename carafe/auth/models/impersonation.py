"""Admins who view the site as another user."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe.audit import record
from carafe.database import Base, db
from carafe.time import now

MAX_DURATION = timedelta(minutes=30)


class Impersonation(Base):
    """An admin's session that is, for a while, treated as another user's.

    It is deleted with the session. Once over, it has no user, and stays until the session is used
    again: a form that was filled in as someone else must not be submitted as oneself.
    """

    __tablename__ = "impersonation"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("session.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    # The admin, as the audit trail names them.
    actor: Mapped[str] = mapped_column(String(320))
    may_write: Mapped[bool]
    ends_at: Mapped[datetime]
    # The page where it started, and to which it returns.
    return_path: Mapped[str] = mapped_column(String(300))

    @classmethod
    def end_matching(cls, condition: ColumnElement[bool], why: str) -> int:
        """End the impersonations that match the condition; return how many."""
        if not current_app.config["IMPERSONATION"]:
            return 0
        active = select(cls).where(condition, cls.user_id.is_not(None)).with_for_update()
        impersonations = db.session.scalars(active).all()
        for impersonation in impersonations:
            record(
                "impersonation.stopped",
                f"user:{impersonation.user_id}",
                actor=impersonation.actor,
                why=why,
            )
            impersonation.user_id = None
        return len(impersonations)

    @classmethod
    def end_expired(cls) -> int:
        return cls.end_matching(cls.ends_at <= now(), "time")
