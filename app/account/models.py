"""The copy of their data that a user asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.models import User
from app.core.database import Base, db
from app.core.time import now
from app.jobs import Job
from app.jobs.models import WAITING_OR_RUNNING

# Long enough to come back from a journey, and no longer: it is all that one has written.
LIFETIME = timedelta(days=7)


class Export(Base):
    """A user has one at most: what they ask for takes the place of the one before."""

    __tablename__ = "export"

    user_id: Mapped[int] = mapped_column(
        ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # What makes it. No foreign key: jobs go sooner.
    job_id: Mapped[int]
    # The name of its files, once it is made: see `archive`.
    file: Mapped[str | None] = mapped_column(String(32))
    parts: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    # When it was made, or was found to have failed.
    ended_at: Mapped[datetime | None]

    @classmethod
    def of(cls, user_id: int) -> tuple[Export | None, Job | None]:
        """A user's, if there is one, and the job that makes it, if that is still known."""
        found = select(cls, Job).outerjoin(Job, Job.id == cls.job_id).where(cls.user_id == user_id)
        row = db.session.execute(found).first()
        return (row[0], row[1]) if row else (None, None)

    @classmethod
    def abandoned(cls) -> ColumnElement[bool]:
        """Of a statement with its job joined: whether it will never be made, and nobody said so."""
        over = or_(Job.id.is_(None), Job.state.not_in(WAITING_OR_RUNNING))
        return cls.ended_at.is_(None) & over

    @property
    def is_ready(self) -> bool:
        return self.file is not None and self.expires_at > now()

    @property
    def expires_at(self) -> datetime:
        return (self.ended_at or now()) + LIFETIME

    def is_being_made(self, job: Job | None) -> bool:
        return self.ended_at is None and job is not None and not job.is_over

    def begin_anew(self, job_id: int) -> None:
        self.job_id, self.file, self.parts, self.size, self.ended_at = job_id, None, 0, 0, None

    def finish(self, **made: Any) -> None:
        self.file, self.parts, self.size = made["file"], made["parts"], made["size"]
        self.ended_at = now()
