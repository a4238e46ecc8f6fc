"""Claiming jobs: which one is next, leases, and returning jobs to the queue."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from typing import Any

from flask import current_app
from sqlalchemy import (
    CompoundSelect,
    bindparam,
    exists,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.elements import ColumnElement

from carafe.database import db, read_transaction
from carafe.jobs import pauses
from carafe.jobs.models import FAILED, QUEUED, RUNNING, Job, Priority
from carafe.jobs.pauses import QueuePause
from carafe.jobs.run import JobRun
from carafe.time import now

# Stops a job that kills its worker, such as by using up all memory.
MAX_LOST_WORKERS = 10
LOST_WORKERS_MESSAGE = f"{MAX_LOST_WORKERS} workers died while running this job."

# Bypass the ORM, which takes longer for an UPDATE than the database does.
TABLE = db.metadata.tables["job"]
RUN_COLUMNS = tuple(
    TABLE.c[name]
    for name in (
        *("id", "name", "queue", "arguments", "attempts", "failures", "context"),
        "cancel_requested",
    )
)


def lease() -> timedelta:
    """Return how long a silent worker keeps a job. Workers renew leases three times as often."""
    return timedelta(seconds=current_app.config["JOB_LEASE_SECONDS"])


def claim(queue: str, limit: int, worker: str) -> list[JobRun]:
    """Claim up to `limit` due jobs of a queue, most urgent first."""
    values = {"of": queue, "most": limit, "by": worker, "now": now(), "until": now() + lease()}
    rows = db.session.execute(_claim(), values).all()
    if is_probe := not rows and pauses.begin_probe(queue):
        rows = db.session.execute(_claim(probe=True), values | {"most": 1}).all()
        if not rows:
            db.session.rollback()
    db.session.commit()
    ordered = sorted(rows, key=lambda row: (row[-2], row[-1], row.id))
    runs = [JobRun(*row[:-2]) for row in ordered]
    for run in runs:
        run.is_probe = is_probe
    return runs


def due(queue: str, limit: int) -> list[int]:
    """Return a query for the IDs of due jobs, most urgent first."""
    with read_transaction():
        ids = db.session.scalars(_due(), {"of": queue, "most": limit, "now": now()}).all()
        db.session.rollback()
    return list(ids)


# Building this takes longer than running it.
@cache
def _claim(*, probe: bool = False) -> ReturningUpdate[*tuple[Any, ...]]:
    # As a common table expression, it runs once. As a subquery, it could run for each row, with
    # different results.
    ids = _due(lock=True).cte("due")
    taken = update(TABLE).where(TABLE.c.id.in_(select(ids.c.id)))
    if not probe:
        taken = taken.where(~exists().where(QueuePause.queue == bindparam("of")))
    taken = taken.values(
        state=RUNNING,
        attempts=TABLE.c.attempts + 1,
        worker=bindparam("by"),
        lease_until=bindparam("until"),
        started_at=bindparam("now"),
        key=None,
        done=None,
        total=None,
        message="",
    )
    return taken.returning(*RUN_COLUMNS, TABLE.c.priority, TABLE.c.run_at)


@cache
def _due(*, lock: bool = False) -> CompoundSelect[int]:
    # One index lookup for each priority, in this order, until there are enough rows. Sorting all of
    # them would read 100,000 waiting jobs for one. The state is a literal, so that the partial
    # index is used.
    parts = []
    for priority in Priority:
        part = select(TABLE.c.id).where(
            TABLE.c.state == literal(QUEUED, literal_execute=True),
            TABLE.c.queue == bindparam("of"),
            TABLE.c.priority == int(priority),
            TABLE.c.run_at <= bindparam("now"),
        )
        part = part.order_by(TABLE.c.run_at, TABLE.c.id).limit(bindparam("most"))
        if lock:  # PostgreSQL's workers skip rows that others are claiming
            part = part.with_for_update(skip_locked=True)
        parts.append(part.subquery().select())
    return union_all(*parts).limit(bindparam("most"))


def next_due(queues: Iterable[str]) -> dict[str, datetime]:
    """Return when the next job of each queue is due: a few index lookups, without a lock."""
    due: dict[str, datetime] = {}
    with read_transaction():
        for queue, run_at in db.session.execute(_next_due(tuple(queues))):
            due[queue] = min(run_at, due.get(queue, run_at))
        db.session.rollback()
    if any(run_at <= now() for run_at in due.values()):
        for queue, until in pauses.ends().items():
            if queue in due:
                due[queue] = max(due[queue], until)
    return due


@cache
def _next_due(queues: tuple[str, ...]) -> CompoundSelect[str, datetime]:
    return union_all(
        *(
            select(literal(queue).label("queue"), TABLE.c.run_at)
            .where(
                TABLE.c.state == literal(QUEUED, literal_execute=True),
                TABLE.c.queue == queue,
                TABLE.c.priority == int(priority),
            )
            .order_by(TABLE.c.run_at)
            .limit(1)
            .subquery()
            .select()
            for queue in queues
            for priority in Priority
        )
    )


def is_owned_by(run: JobRun) -> ColumnElement[bool]:
    """Return whether a job still belongs to this run, so its lease didn't expire."""
    return (TABLE.c.id == run.id) & (TABLE.c.state == RUNNING) & (TABLE.c.attempts == run.attempts)


def renew(runs: Iterable[JobRun]) -> None:
    """Renew leases, store progress, and tell jobs that were asked to stop."""
    for run in runs:
        noted = (
            update(TABLE)
            .where(is_owned_by(run))
            .values(lease_until=now() + lease(), **run.progress())
        )
        asked = db.session.scalar(noted.returning(TABLE.c.cancel_requested))
        run.canceled = run.canceled or asked is not False
    db.session.commit()


def requeue(runs: Iterable[JobRun]) -> None:
    """Return unfinished jobs of this worker to the queue."""
    for run in runs:
        db.session.execute(
            update(TABLE).where(is_owned_by(run)).values(**RETRY_LOCKED_AFTER, run_at=now())
        )
    db.session.commit()


RETRY_LOCKED_AFTER: Mapping[str, object] = {
    "state": QUEUED,
    "worker": None,
    "lease_until": None,
}


class Silence:
    """Detects workers that fell silent, by this process's monotonic clock.

    A lease is also a heartbeat: a job's worker renews it three times before it expires. If one
    stays the same for a whole lease while it is watched, its worker is dead, even if the machine's
    clock went back and its expiration is far away.
    """

    def __init__(self) -> None:
        self.seen: dict[tuple[int, int], tuple[datetime | None, float]] = {}
        self.looked = float("-inf")

    def look(self) -> list[int]:
        """Record the leases of all running jobs.

        Return the IDs of those that haven't changed for long.
        """
        current_time, long = monotonic(), lease().total_seconds()
        with read_transaction():
            rows = db.session.execute(RUNNING_JOBS).all()
            db.session.rollback()
        # While the database was down, nobody could renew leases: start watching again.
        before = self.seen if current_time - self.looked < 2 * long / 3 else {}
        self.seen, self.looked = {}, current_time
        for id, attempts, until in rows:
            previous = before.get((id, attempts))
            since = previous[1] if previous and previous[0] == until else current_time
            self.seen[id, attempts] = until, since
        return [key[0] for key, (_, since) in self.seen.items() if current_time - since > long]


RUNNING_JOBS = select(Job.id, Job.attempts, Job.lease_until).where(
    Job.state == literal(RUNNING, literal_execute=True)
)


def requeue_lost(silent: Collection[int] = (), *, by_clock: bool = True) -> int:
    """Requeue the jobs of dead workers; return how many.

    Those whose lease expired `by_clock`, and the `silent` ones.
    """
    is_silent = Job.id.in_(silent)
    is_lost = or_(is_silent, Job.lease_until < now()) if by_clock else is_silent
    lost = Job.state == literal(RUNNING, literal_execute=True), is_lost
    with read_transaction():
        lost_id = db.session.scalar(select(Job.id).where(*lost).limit(1))
        db.session.rollback()
    if lost_id is None:
        return 0
    exhausted = Job.lost_workers >= MAX_LOST_WORKERS - 1
    over = {"state": FAILED, "error": LOST_WORKERS_MESSAGE, "finished_at": now(), "worker": None}
    db.session.execute(update(Job).where(*lost, exhausted).values(**over, lease_until=null()))
    changes = {**RETRY_LOCKED_AFTER, "run_at": now(), "lost_workers": Job.lost_workers + 1}
    requeue = update(Job).where(*lost).values(**changes)
    count = len(db.session.execute(requeue.returning(Job.id)).all())
    db.session.commit()
    return count
