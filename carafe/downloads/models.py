"""Files that are made for a user: the copy of their data, and lists for admins."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe.database import Base, db
from carafe.jobs import Job
from carafe.jobs.models import ACTIVE_STATES
from carafe.time import now

# Of the copy of one's data. Long enough to come back from a journey, and no longer: it is all that
# one has written.
LIFETIME = timedelta(days=7)
DATA_EXPORT = "data"


class Export(Base):
    """A user has one of each name at most: what they ask for takes the place of the one before."""

    __tablename__ = "export"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    # What it is to people ("Your data"), and the page that offers it.
    label: Mapped[str] = mapped_column(String(100))
    path: Mapped[str] = mapped_column(String(200))
    # What makes it. No foreign key: jobs go sooner.
    job_id: Mapped[int]
    # The name of its files, once it is made: see `archive`.
    file: Mapped[str | None] = mapped_column(String(32))
    parts: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(default=0)
    # When it was made, or was found to have failed; and until when it is kept.
    ended_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]

    @classmethod
    def for_user(cls, user_id: int, name: str) -> tuple[Export | None, Job | None]:
        """A user's, if there is one, and the job that makes it, if that is still known."""
        query = select(cls, Job).outerjoin(Job, Job.id == cls.job_id)
        row = db.session.execute(query.where(cls.user_id == user_id, cls.name == name)).first()
        return (row[0], row[1]) if row else (None, None)

    @classmethod
    def locked(cls, user_id: int, name: str) -> Export | None:
        """A user's, as it is in this transaction."""
        query = select(cls).where(cls.user_id == user_id, cls.name == name)
        return db.session.scalar(query.with_for_update(), execution_options=_RESET_VALUES)

    @classmethod
    def is_abandoned(cls) -> ColumnElement[bool]:
        """Of a statement with its job joined: whether it will never be made, and nobody said so."""
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
