"""Paused queues, because something that all their jobs need is down, such as a mail server.

A job raises `QueueError`, which pauses its queue: the jobs wait, and their failures don't count.
From time to time, one job is started as a probe. When it calls `queue_works()`, the pause ends.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import SmallInteger, String, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from carafe.database import Base, db, dialect_insert, read_transaction
from carafe.jobs.run import JobRun, QueueError, strip_invalid_text
from carafe.observability.redaction import redact_text
from carafe.time import now

log = logging.getLogger("carafe.job")

FIRST_PAUSE = timedelta(seconds=30)
MAX_PAUSE = timedelta(minutes=10)
# Nobody else probes in the meantime, unless the probe has not ended by then, such as when killed.
PROBE_TIME = timedelta(minutes=3)
TEXT_LENGTH = 500


class QueuePause(Base):
    """A paused queue: since when and why, and when the next probe is."""

    __tablename__ = "job_pause"

    queue: Mapped[str] = mapped_column(String(40), primary_key=True)
    reason: Mapped[str] = mapped_column(String(TEXT_LENGTH))
    remedy: Mapped[str] = mapped_column(String(TEXT_LENGTH))
    since: Mapped[datetime] = mapped_column(default=now)
    probes: Mapped[int] = mapped_column(SmallInteger, default=0)
    until: Mapped[datetime]


def paused() -> list[QueuePause]:
    """Return the pauses, by queue name."""
    return list(db.session.scalars(select(QueuePause).order_by(QueuePause.queue)))


def pause(run: JobRun, error: QueueError) -> None:
    """Record in this transaction that the run's queue can't work, and log it once."""
    texts = {"reason": _short(error.reason), "remedy": _short(error.remedy)}
    row = db.session.get(QueuePause, run.queue, with_for_update=True, populate_existing=True)
    if row is None:
        new = dialect_insert(QueuePause, db.engine.dialect).values(
            queue=run.queue, since=now(), probes=0, until=now() + FIRST_PAUSE, **texts
        )
        db.session.execute(new.on_conflict_do_nothing(index_elements=["queue"]))
    elif run.is_probe:
        wait = min(FIRST_PAUSE * 2.0 ** min(row.probes + 1, 10), MAX_PAUSE)
        row.probes, row.until = min(row.probes + 1, 10_000), now() + wait
    if row is None or (run.is_probe and row.reason != texts["reason"]):
        log.error("queue %s is paused: %s %s", run.queue, texts["reason"], texts["remedy"])
    if row is not None and run.is_probe:
        row.reason, row.remedy = texts["reason"], texts["remedy"]


def resume(queue: str) -> None:
    """Record in this transaction that a queue works again."""
    if db.session.scalar(
        delete(QueuePause).where(QueuePause.queue == queue).returning(QueuePause.queue)
    ):
        log.warning("queue %s works again", queue)


def begin_probe(queue: str) -> bool:
    """Return whether the next job of a queue is a probe, since its pause is over."""
    # A clock that was set back must not prolong a pause.
    over = or_(QueuePause.until <= now(), QueuePause.until > now() + MAX_PAUSE + PROBE_TIME)
    stmt = update(QueuePause).where(QueuePause.queue == queue, over)
    stmt = stmt.values(until=now() + PROBE_TIME).returning(QueuePause.queue)
    return db.session.scalar(stmt) is not None


def probe_soon(queues: Collection[str]) -> None:
    """End the wait for the next probe of these queues, because settings may have changed."""
    db.session.execute(update(QueuePause).where(QueuePause.queue.in_(queues)).values(until=now()))


def ends() -> dict[str, datetime]:
    """Return when the next probe of each paused queue is."""
    latest = now() + MAX_PAUSE + PROBE_TIME
    with read_transaction():
        rows = db.session.execute(select(QueuePause.queue, QueuePause.until)).all()
        db.session.rollback()
    return {queue: until for queue, until in rows if until <= latest}


def _short(text: str) -> str:
    return strip_invalid_text(redact_text(" ".join(text.split())))[:TEXT_LENGTH]
