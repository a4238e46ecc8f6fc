"""Files created for a user: the export of their data, and lists for admins."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe.database import Base, db
from carafe.jobs import Job
from carafe.jobs.models import ACTIVE_STATES
from carafe.time import now

# For exports of personal data. Long enough to return from a trip, and no longer, because they
# contain everything a user has written.
LIFETIME = timedelta(days=7)
DATA_EXPORT = "data"


class Export(Base):
    """A file of a user, who has at most one with each name: a new one replaces it."""

    __tablename__ = "export"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    # Its name for people ("Your data"), and the page that offers it.
    label: Mapped[str] = mapped_column(String(100))
    path: Mapped[str] = mapped_column(String(200))
    # The job that creates it. No foreign key, because jobs are deleted sooner.
    job_id: Mapped[int]
    # The name of its files once it is created: see `encrypted`.
    file: Mapped[str | None] = mapped_column(String(32))
    parts: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    # When it was created or found to have failed, and when it expires.
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    @classmethod
    def for_user(cls, user_id: int, name: str) -> tuple[Export | None, Job | None]:
        """Return a user's file, if there is one, and the job that creates it, if it exists."""
        query = select(cls, Job).outerjoin(Job, Job.id == cls.job_id)
        row = db.session.execute(query.where(cls.user_id == user_id, cls.name == name)).first()
        return (row[0], row[1]) if row else (None, None)

    @classmethod
    def locked(cls, user_id: int, name: str) -> Export | None:
        """Return a user's file, locked in this transaction."""
        query = select(cls).where(cls.user_id == user_id, cls.name == name)
        return db.session.scalar(query.with_for_update(), execution_options=_RESET_VALUES)

    @classmethod
    def is_abandoned(cls) -> ColumnElement[bool]:
        """Return the condition, with its job joined, that it failed and nobody was notified."""
        over = or_(Job.id.is_(None), Job.state.not_in(ACTIVE_STATES))
        return cls.ended_at.is_(None) & over

    @property
    def is_ready(self) -> bool:
        return self.file is not None and self.expires_at is not None and self.expires_at > now()

    def is_running(self, job: Job | None) -> bool:
        return self.ended_at is None and job is not None and not job.is_finished

    def restart(self, job_id: int) -> None:
        self.job_id, self.file, self.parts, self.size = job_id, None, 0, 0
        self.ended_at = self.expires_at = None

    def finish(self, lifetime: timedelta, *, file: str | None, parts: int, size: int) -> None:
        self.file, self.parts, self.size = file, parts, size
        self.end(lifetime)

    def end(self, lifetime: timedelta) -> None:
        self.ended_at, self.expires_at = now(), now() + lifetime


_RESET_VALUES = {"populate_existing": True}
