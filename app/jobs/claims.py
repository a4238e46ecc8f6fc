"""Which job is next, and whose it is: claiming, leases, giving back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, literal, null, select, union_all, update
from sqlalchemy.sql.elements import ColumnElement

from app.core.database import db, reading
from app.core.time import now
from app.jobs.models import FAILED, QUEUED, RUNNING, Job, Priority
from app.jobs.run import Run

# A worker says this often that it still works on its jobs; after three times of silence they are
# somebody else's.
RENEWAL = timedelta(seconds=10)
LEASE = 3 * RENEWAL
# A job that takes its worker down with it, by all the memory that it uses, say, ends here.
MOST_LOST_WORKERS = 10
LOST = f"{MOST_LOST_WORKERS} workers ended or fell silent while they ran this job."

FIELDS = Job.id, Job.name, Job.queue, Job.arguments, Job.attempts, Job.failures, Job.context


def claim(queue: str, limit: int, worker: str) -> list[Run]:
    """Take up to `limit` jobs of a queue that are due, most urgent first."""
    runs: list[Run] = []
    for priority in Priority:
        if len(runs) < limit:
            due = _due(queue, priority).order_by(Job.run_at, Job.id).limit(limit - len(runs))
            runs += _take(due, worker)
    db.session.commit()
    return runs


def claim_one(id: int, worker: str) -> Run | None:
    """Take this job, if it is due and nobody has it."""
    runs = _take(
        select(Job.id).where(Job.id == id, Job.state == QUEUED, Job.run_at <= now()), worker
    )
    db.session.commit()
    return runs[0] if runs else None


def _due(queue: str, priority: Priority) -> Any:
    # The state is written out, so that the partial index is used.
    return select(Job.id).where(
        Job.state == literal(QUEUED, literal_execute=True),
        Job.queue == queue,
        Job.priority == int(priority),
        Job.run_at <= now(),
    )


def _take(due: Any, worker: str) -> list[Run]:
    # PostgreSQL's workers pass over what others are taking. As a common table expression it is
    # found once; as a plain subquery it could be run again, with another outcome, for each row.
    ids = due.with_for_update(skip_locked=True).cte("due")
    taken = (
        update(Job)
        .where(Job.id.in_(select(ids.c.id)))
        .values(
            state=RUNNING,
            attempts=Job.attempts + 1,
            worker=worker,
            lease_until=now() + LEASE,
            started_at=now(),
            key=None,
            done=None,
            total=None,
            message="",
        )
        .returning(*FIELDS)
    )
    rows = db.session.execute(taken).all()
    return [Run(*row) for row in sorted(rows, key=lambda row: row.id)]


def next_due(queues: Iterable[str]) -> dict[str, datetime]:
    """When the next job of each queue is due. A few look-ups in an index, no lock."""
    earliest = union_all(
        *(
            select(literal(queue).label("queue"), Job.run_at)
            .where(
                Job.state == literal(QUEUED, literal_execute=True),
                Job.queue == queue,
                Job.priority == int(priority),
            )
            .order_by(Job.run_at)
            .limit(1)
            .subquery()
            .select()
            for queue in queues
            for priority in Priority
        )
    )
    due: dict[str, datetime] = {}
    with reading():
        for queue, run_at in db.session.execute(earliest):
            due[queue] = min(run_at, due.get(queue, run_at))
        db.session.rollback()
    return due


def held(run: Run) -> ColumnElement[bool]:
    """Whether a job is still this run's: not after its lease ran out and others took it."""
    return (Job.id == run.id) & (Job.state == RUNNING) & (Job.attempts == run.attempts)


def renew(runs: Iterable[Run]) -> None:
    """Hold on to jobs, note how far they are, and tell those that are asked to stop."""
    for run in runs:
        noted = update(Job).where(held(run)).values(lease_until=now() + LEASE, **run.progress())
        asked = db.session.scalar(noted.returning(Job.cancel_requested))
        run.cancelled = run.cancelled or asked is not False
    db.session.commit()


def give_back(runs: Iterable[Run]) -> None:
    """Put jobs back that this worker will not finish: it is as if they had not begun."""
    for run in runs:
        db.session.execute(update(Job).where(held(run)).values(**AGAIN, run_at=now()))
    db.session.commit()


AGAIN: Mapping[str, Any] = {
    "state": QUEUED,
    "worker": None,
    "lease_until": None,
    "announced_at": None,
}


def take_back() -> int:
    """Queue again what workers left behind; how many jobs that were."""
    lost = Job.state == literal(RUNNING, literal_execute=True), Job.lease_until < bindparam("now")
    with reading():
        found = db.session.scalar(select(Job.id).where(*lost).limit(1), {"now": now()})
        db.session.rollback()
    if found is None:
        return 0
    hopeless = Job.attempts - Job.failures >= MOST_LOST_WORKERS
    over = {"state": FAILED, "error": LOST, "finished_at": now(), "worker": None}
    db.session.execute(
        update(Job).where(*lost, hopeless).values(**over, lease_until=null()), {"now": now()}
    )
    again = update(Job).where(*lost).values(**AGAIN, run_at=now()).returning(Job.id)
    count = len(db.session.execute(again, {"now": now()}).all())
    db.session.commit()
    return count
