"""How the workers and the queues are, for the page about health."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import bindparam, func, select

from carafe.database import db
from carafe.jobs.definition import queues
from carafe.jobs.models import FAILED, QUEUED, WORKER_IS_GONE, Job, Worker
from carafe.jobs.pauses import paused
from carafe.observability import health
from carafe.observability.health import BAD, OK, WARNING, Row, ago
from carafe.time import now

# More than this are not counted, …
MOST_WAITING = 10_000
# … and of what failed only the latest are looked at.
LATEST_FAILED = 1000
MOST_WORKERS = 20
GONE_LATELY = timedelta(hours=1)
# A job whose time came this long ago says that nobody takes them, or too few do.
LATE_SECONDS = 60


def workers() -> Iterator[Row]:
    recent = select(Worker).where(Worker.seen_at > now() - GONE_LATELY)
    seen = db.session.scalars(recent.order_by(Worker.seen_at.desc()).limit(MOST_WORKERS)).all()
    alive = [worker for worker in seen if worker.is_alive]
    for worker in alive:
        since = ago((now() - worker.seen_at).total_seconds())
        yield Row(worker.id, f"{worker.threads} threads for {worker.queues}; seen {since} ago.")
    if gone := len(seen) - len(alive):
        text = f"{gone} ended without a word in the last hour: killed, or the machine is off."
        yield Row("Gone", text, WARNING, "See their logs. Their jobs run again by themselves.")
    if not alive:
        text = f"None was seen in the last {ago(WORKER_IS_GONE.total_seconds())}: jobs wait."
        yield Row("Workers", text, BAD, "Start one: flask jobs work")


def paused_queues() -> Iterator[Row]:
    for pause in paused():
        since = ago((now() - pause.since).total_seconds())
        probe = ago((pause.until - now()).total_seconds())
        text = f"Paused for {since}, the next probe is in {probe}. {pause.reason}"
        yield Row(f"Queue {pause.queue}", text, BAD, pause.remedy)


def waiting_and_failed() -> Iterator[Row]:
    failed = _failed()
    idle = {pause.queue for pause in paused()}
    for queue, (count, oldest) in _waiting().items():
        late = (now() - oldest).total_seconds() if oldest else 0
        text = "Nothing waits."
        if count:
            some = f"{MOST_WAITING:,}+" if count > MOST_WAITING else f"{count:,}"
            text = f"{some} wait{'s' * (count == 1)}, the oldest for {ago(late)}."
        state, remedy = OK, ""
        if late > LATE_SECONDS and queue not in idle:
            state, remedy = WARNING, "Start more workers, or look for what holds them up."
        if amount := failed.get(queue):
            some = f"{LATEST_FAILED:,}+" if amount >= LATEST_FAILED else f"{amount:,}"
            text += f" {some} failed and {'is' if amount == 1 else 'are'} kept."
            state, remedy = WARNING, remedy or "See: flask jobs list --state failed"
        yield Row(f"Queue {queue}", text, state, remedy)
    if unknown := ", ".join(_unknown()):
        text = f"Jobs wait in {unknown}, and this version of the app has no such queue."
        yield Row("Queue unknown", text, WARNING, "Cancel them, or bring their functions back.")


def _waiting() -> dict[str, tuple[int, Any]]:
    """Of each queue how many jobs are due, counted up to a bound, and since when the oldest is."""
    columns, names = [], queues()
    for queue in names:
        due = select(Job.run_at).where(
            Job.state == QUEUED, Job.queue == queue, Job.run_at <= bindparam("now")
        )
        some = due.limit(MOST_WAITING + 1).subquery()
        columns += [
            select(func.count()).select_from(some).scalar_subquery(),
            select(func.min(some.c.run_at)).scalar_subquery(),
        ]
    row = db.session.execute(select(*columns), {"now": now()}).one()
    return {name: (row[2 * n], row[2 * n + 1]) for n, name in enumerate(names)}


def _unknown() -> Iterator[str]:
    """Queues that jobs wait in, and nobody takes them from: a look-up in the index for each."""
    after, known = "", queues()
    following = select(func.min(Job.queue)).where(Job.state == QUEUED, Job.queue > bindparam("q"))
    while after := db.session.scalar(following, {"q": after}) or "":
        if after not in known:
            yield after


def _failed() -> dict[str, int]:
    failed = select(Job.queue).where(Job.state == FAILED).order_by(Job.id.desc())
    latest = failed.limit(LATEST_FAILED).subquery()
    counts = select(latest.c.queue, func.count()).group_by(latest.c.queue)
    return dict(db.session.execute(counts).all())


def init_app(app: Flask) -> None:
    health.add(app, "Workers", workers)
    health.add(app, "Queues", paused_queues)
    health.add(app, "Queues", waiting_and_failed)
