"""Metrics of the queue, for `/metrics`."""

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import func, select

from carafe.database import db
from carafe.jobs.models import QUEUED, Job, WorkerRecord
from carafe.jobs.pauses import paused
from carafe.observability import metrics
from carafe.observability.metrics.gauges import Sample
from carafe.time import now


def _queue_depth() -> Iterator[Sample]:
    due = select(Job.queue, func.count()).where(Job.state == QUEUED, Job.run_at <= now())
    for queue, count in db.session.execute(due.group_by(Job.queue)):
        yield (queue,), count


def _oldest_age() -> Iterator[Sample]:
    due = select(Job.queue, func.min(Job.run_at)).where(Job.state == QUEUED, Job.run_at <= now())
    for queue, since in db.session.execute(due.group_by(Job.queue)):
        yield (queue,), (now() - since).total_seconds()


def _paused() -> Iterator[Sample]:
    for pause in paused():
        yield (pause.queue,), 1


def _workers() -> Iterator[Sample]:
    yield (), len(WorkerRecord.alive())


def init_app(app: Flask) -> None:
    labels = ("queue",)
    metrics.add_gauge(app, "jobs_waiting", "Due jobs waiting to run.", _queue_depth, labels)
    metrics.add_gauge(
        app, "jobs_oldest_seconds", "Age of the oldest waiting job.", _oldest_age, labels
    )
    metrics.add_gauge(app, "jobs_paused", "Queues that wait for a probe.", _paused, labels)
    metrics.add_gauge(app, "job_workers", "Workers seen in the last minute.", _workers)
