"""What the tests of jobs share."""

import threading
from collections.abc import Callable, Iterator
from typing import ParamSpec

import pytest
from flask import Flask

from carafe.database import db
from carafe.jobs import Job, JobDefinition
from carafe.jobs.worker import JobWorker, run_due
from carafe.tests.jobs import samples

P = ParamSpec("P")


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    samples.seen.clear()
    samples.started.clear()
    samples.let_go.clear()
    with app.app_context():
        yield
    samples.let_go.set()


@pytest.fixture
def run(app: Flask) -> Callable[[], int]:
    """Runs what is due, here and now; how many jobs that were."""
    return lambda: run_due(app)


@pytest.fixture
def work(app: Flask) -> Iterator[Callable[..., JobWorker]]:
    """Starts a worker in a thread."""
    started: list[tuple[JobWorker, threading.Thread]] = []

    def start(threads: int = 2) -> JobWorker:
        worker = JobWorker(app, threads, ["tests"])
        thread = threading.Thread(target=worker.work)
        thread.start()
        started.append((worker, thread))
        return worker

    yield start
    samples.let_go.set()
    for worker, thread in started:
        worker.stop()
        thread.join()


def enqueue(job: JobDefinition[P], *args: P.args, **kwargs: P.kwargs) -> int:
    """Queue a job, and commit."""
    id = job.enqueue(*args, **kwargs)
    db.session.commit()
    return id


def state(id: int) -> Job:
    """The job as it is in the database now."""
    db.session.rollback()
    job = db.session.get(Job, id, populate_existing=True)
    db.session.expunge_all()
    db.session.rollback()
    assert job is not None
    return job


def error(id: int) -> str:
    return state(id).error or ""


def locked(id: int) -> Job:
    """The job, held in a transaction that is to be ended."""
    job = Job.locked(id)
    assert job is not None
    return job
