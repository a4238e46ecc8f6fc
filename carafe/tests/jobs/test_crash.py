"""Workers that are killed: every job runs, and what it writes is there once."""

import random
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from carafe.audit import AuditEvent
from carafe.database import db, read_transaction
from carafe.testing.waiting import until
from carafe.tests.jobs.conftest import enqueue
from carafe.tests.jobs.crew import BEGUN, Crew, begun, count

JOBS, KILLS, THREADS = 200, 2, 4


def has_begun(folder, count):
    return len(begun(folder)) > count


@pytest.fixture
def crew(app):
    folder = Path(app.instance_path)
    (folder / BEGUN).unlink(missing_ok=True)
    settings = {
        "APP_ENV": "testing",
        "INSTANCE_PATH": str(folder),
        "JOB_THREADS": str(THREADS),
        "JOB_LEASE_SECONDS": "1",
    }
    with Crew(settings, folder / "crew.log") as made:
        yield made


def outcomes():
    """What is in the audit trail, with how often."""
    with read_transaction():
        return Counter(db.session.scalars(select(AuditEvent.subject)))


def test_it_runs_every_job_though_workers_are_killed(app, crew):
    folder = Path(app.instance_path)
    for number in range(JOBS):
        enqueue(count, number)
    for number in range(JOBS, JOBS + 20):
        count.enqueue(number)
        db.session.rollback()
    crew.start()
    for kill in range(KILLS):
        crew.start()
        begun_jobs = JOBS * (kill + random.random()) / KILLS
        until(partial(has_begun, folder, begun_jobs))
        crew.kill()
    expected = Counter(map(str, range(JOBS)))
    until(lambda: outcomes() == expected, seconds=30)
    times = begun(folder)
    assert set(times) == set(range(JOBS))
    assert sum(map(len, times.values())) <= JOBS + KILLS * THREADS
