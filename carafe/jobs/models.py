"""The job table, which is the queue, the schedules, and the live workers."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import JSON, Index, SmallInteger, String, Text, delete, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from carafe.database import Base, binary_collated, db, partial_index
from carafe.database.aliases import JSONObject
from carafe.jobs.engine import announce_on_commit
from carafe.jobs.run import MESSAGE_LENGTH
from carafe.time import now

QUEUED, RUNNING = "queued", "running"
SUCCEEDED, FAILED, CANCELED = "succeeded", "failed", "canceled"
ACTIVE_STATES = {QUEUED, RUNNING}

NAME_LENGTH = 100
KEY_LENGTH = 200
# A worker that hasn't been seen for this long is considered dead.
WORKER_TIMEOUT = timedelta(minutes=1)


class Priority(IntEnum):
    """The order of jobs that wait in one queue."""

    HIGH = 0
    NORMAL = 1
    LOW = 2


class Job(Base):
    """A call of a function, from the transaction that enqueued it to its outcome."""

    __tablename__ = "job"
    __table_args__ = (
        partial_index(
            "ix_job_queued", "queue", "priority", "run_at", "id", where=text("state = 'queued'")
        ),
        partial_index("ix_job_running", "lease_until", where=text("state = 'running'")),
        # For lists filtered by state, and for deleting old jobs.
        Index("ix_job_state_id", "state", "id"),
        Index("ix_job_state_finished_at", "state", "finished_at"),
        Index("ix_job_name_id", "name", "id"),
        Index("ix_job_queue_id", "queue", "id"),
        Index("ix_job_subject", "subject"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(binary_collated(NAME_LENGTH))
    queue: Mapped[str] = mapped_column(String(40))
    priority: Mapped[int] = mapped_column(SmallInteger)
    # [positional, by name]
    arguments: Mapped[list[Any]] = mapped_column(JSON)
    # Prevents a second job with this key while the first waits; cleared when it starts.
    key: Mapped[str | None] = mapped_column(String(KEY_LENGTH), unique=True)
    # Whom it is for, "user:12", as in the audit trail.
    subject: Mapped[str | None] = mapped_column(String(100))
    # Who enqueued it: IDs of request and trace, which connect logs and traces.
    context: Mapped[JSONObject] = mapped_column(JSON, default=dict)

    state: Mapped[str] = mapped_column(String(10), default=QUEUED)
    created_at: Mapped[datetime] = mapped_column(default=now)
    run_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    # How often it was started: also identifies a run, so that one that lost its lease is detected.
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    # Workers that exited or fell silent while they ran it.
    lost_workers: Mapped[int] = mapped_column(SmallInteger, default=0)
    worker: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)

    done: Mapped[int | None]
    total: Mapped[int | None]
    message: Mapped[str] = mapped_column(String(MESSAGE_LENGTH), default="")
    result: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    error: Mapped[str | None] = mapped_column(Text)

    @property
    def is_finished(self) -> bool:
        return self.state not in ACTIVE_STATES

    def cancel(self) -> bool:
        """Cancel it, or ask it to stop at its next progress report; return False if it is over."""
        if self.state == QUEUED:
            self.state, self.finished_at, self.key = CANCELED, now(), None
        elif self.state == RUNNING:
            self.cancel_requested = True
        return not self.is_finished or self.state == CANCELED

    def retry(self) -> bool:
        """Queue it again now, with all its attempts.

        Return False unless it failed or was canceled.
        """
        if self.state not in (FAILED, CANCELED):
            return False
        self.state, self.run_at, self.failures, self.lost_workers = QUEUED, now(), 0, 0
        self.finished_at, self.cancel_requested = None, False
        announce_on_commit((self.id, self.queue, self.priority, self.run_at))
        return True

    @classmethod
    def locked(cls, id: int) -> Job | None:
        """Return the job, locked in this transaction.

        Workers that want to claim it wait or skip it.
        """
        return db.session.get(cls, id, with_for_update=True, populate_existing=True)

    @classmethod
    def delete_for_subject(cls, subject: str) -> None:
        """Delete the jobs of a subject that no longer exists."""
        db.session.execute(delete(cls).where(cls.subject == subject, cls.state != RUNNING))
        db.session.execute(update(cls).where(cls.subject == subject).values(cancel_requested=True))


class Schedule(Base):
    """When a scheduled job is due next. The row makes each run happen only once."""

    __tablename__ = "job_schedule"

    name: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)
    rule: Mapped[str] = mapped_column(String(100))
    next_at: Mapped[datetime]
    last_at: Mapped[datetime | None]


class WorkerRecord(Base):
    """A process that runs jobs, and when it was last seen."""

    __tablename__ = "job_worker"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    queues: Mapped[str] = mapped_column(String(500))
    threads: Mapped[int] = mapped_column(SmallInteger)
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def is_alive(self) -> bool:
        return now() - self.seen_at < WORKER_TIMEOUT

    @classmethod
    def alive(cls) -> list[WorkerRecord]:
        recent = select(cls).where(cls.seen_at > now() - WORKER_TIMEOUT)
        return list(db.session.scalars(recent.order_by(cls.id)))
