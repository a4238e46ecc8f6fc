"""Workers and queues on the health page."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import bindparam, func, select

from carafe.database import db
from carafe.jobs.definition import queues
from carafe.jobs.models import FAILED, QUEUED, WORKER_TIMEOUT, Job, WorkerRecord
from carafe.jobs.pauses import paused
from carafe.observability import health
from carafe.observability.health import CRITICAL, OK, WARNING, HealthRow, format_age
from carafe.plurals import pluralize
from carafe.time import now

# More than this are not counted, …
MAX_COUNTED_WAITING = 10_000
# … and of what failed only the latest are looked at.
MAX_COUNTED_FAILED = 1000
MAX_WORKERS = 20
RECENTLY_LOST = timedelta(hours=1)
# A job whose time came this long ago says that nobody takes them, or too few do.
LATE_SECONDS = 60


def workers() -> Iterator[HealthRow]:
    recent = select(WorkerRecord).where(WorkerRecord.seen_at > now() - RECENTLY_LOST)
    seen = db.session.scalars(recent.order_by(WorkerRecord.seen_at.desc()).limit(MAX_WORKERS)).all()
    alive = [worker for worker in seen if worker.is_alive]
    for worker in alive:
        since = format_age((now() - worker.seen_at).total_seconds())
        names = ", ".join(worker.queues.split())
        text = f"{worker.threads} threads for {names}, last seen {since} ago."
        yield HealthRow(worker.id, text)
    if gone := len(seen) - len(alive):
        workers = pluralize(gone, "worker")
        text = f"{workers} disappeared in the last hour (killed, or the machine went down)."
        yield HealthRow(
            "Missing workers",
            text,
            WARNING,
            "Check their logs. Their jobs are retried automatically.",
        )
    if not alive:
        age = format_age(WORKER_TIMEOUT.total_seconds())
        text = f"No worker seen in the last {age}. Jobs are waiting."
        yield HealthRow("Workers", text, CRITICAL, "Start one: flask jobs work")


def paused_queues() -> Iterator[HealthRow]:
    for pause in paused():
        since = format_age((now() - pause.since).total_seconds())
        probe = format_age((pause.until - now()).total_seconds())
        text = f"Paused for {since}, the next probe is in {probe}. {pause.reason}"
        yield HealthRow(f"Queue {pause.queue}", text, CRITICAL, pause.remedy)


def queue_rows() -> Iterator[HealthRow]:
    failed = _failed()
    idle = {pause.queue for pause in paused()}
    for queue, (count, oldest) in _waiting().items():
        late = (now() - oldest).total_seconds() if oldest else 0
        text = "Empty."
        if count:
            number = f"{MAX_COUNTED_WAITING:,}+" if count > MAX_COUNTED_WAITING else f"{count:,}"
            text = f"{number} waiting, the oldest for {format_age(late)}."
        state, remedy = OK, ""
        if late > LATE_SECONDS and queue not in idle:
            state, remedy = WARNING, "Start more workers, or find out what's blocking them."
        if amount := failed.get(queue):
            number = f"{MAX_COUNTED_FAILED:,}+" if amount >= MAX_COUNTED_FAILED else f"{amount:,}"
            text += f" {number} failed {'job' if amount == 1 else 'jobs'}."
            state, remedy = WARNING, remedy or "See: flask jobs list --state failed"
        yield HealthRow(f"Queue {queue}", text, state, remedy)
    if unknown := ", ".join(_unknown()):
        text = f"Jobs are waiting in {unknown}, but this version of the app has no such queue."
        yield HealthRow("Unknown queue", text, WARNING, "Cancel them, or restore their functions.")


def _waiting() -> dict[str, tuple[int, datetime]]:
    """Of each queue how many jobs are due, counted up to a bound, and since when the oldest is."""
    columns, names = [], queues()
    for queue in names:
        due = select(Job.run_at).where(
            Job.state == QUEUED, Job.queue == queue, Job.run_at <= bindparam("now")
        )
        limited = due.limit(MAX_COUNTED_WAITING + 1).subquery()
        columns += [
            select(func.count()).select_from(limited).scalar_subquery(),
            select(func.min(limited.c.run_at)).scalar_subquery(),
        ]
    row = db.session.execute(select(*columns), {"now": now()}).one()
    return {name: (row[2 * n], row[2 * n + 1]) for n, name in enumerate(names)}


def _unknown() -> Iterator[str]:
    """Queues that jobs wait in, and nobody takes them from: a look-up in the index for each."""
    after, queue_names = "", queues()
    following = select(func.min(Job.queue)).where(Job.state == QUEUED, Job.queue > bindparam("q"))
    while after := db.session.scalar(following, {"q": after}) or "":
        if after not in queue_names:
            yield after


def _failed() -> dict[str, int]:
    failed = select(Job.queue).where(Job.state == FAILED).order_by(Job.id.desc())
    latest = failed.limit(MAX_COUNTED_FAILED).subquery()
    counts = select(latest.c.queue, func.count()).group_by(latest.c.queue)
    return dict(db.session.execute(counts).all())


def init_app(app: Flask) -> None:
    health.add(app, "Workers", workers)
    health.add(app, "Queues", paused_queues)
    health.add(app, "Queues", queue_rows)
