"""A queue is paused while what its jobs need does not work, and goes on by itself."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from carafe.database import db
from carafe.jobs.claims import claim
from carafe.jobs.jobs import purge
from carafe.jobs.pauses import QueuePause
from carafe.observability import health
from carafe.testing.waiting import until
from carafe.tests.jobs.conftest import state
from carafe.tests.jobs.samples import broken, ran, seen, use_nothing, use_what_may_be_broken
from carafe.time import now


@pytest.fixture(autouse=True)
def _works():
    yield
    broken.clear()


def pauses() -> list[QueuePause]:
    rows = db.session.scalars(select(QueuePause).execution_options(populate_existing=True)).all()
    db.session.rollback()
    return list(rows)


def let_probe(before=timedelta()) -> None:
    """As if the time of the next probe had come."""
    db.session.execute(update(QueuePause).values(until=now() - before))
    db.session.commit()


@pytest.fixture
def paused(run):
    """Three jobs in a queue that the first of them found broken."""
    broken.append("The machine is off.")
    ids = [use_what_may_be_broken.enqueue(text) for text in "abc"]
    db.session.commit()
    run()
    return ids


def test_its_jobs_wait_and_no_failure_counts(paused, run):
    assert run() == 0
    assert seen == ["a", "b", "c"]
    for id in paused:
        job = state(id)
        assert (job.state, job.failures, job.error) == ("queued", 0, None)
    assert ran() == 0


def test_what_is_queued_meanwhile_waits_as_well(paused, run):
    use_what_may_be_broken.enqueue("d")
    db.session.commit()
    assert run() == 0


def test_other_queues_go_on(paused, run):
    id = purge.enqueue()
    db.session.commit()
    assert run() == 1
    assert state(id).state == "succeeded"


def test_one_job_is_the_probe(paused, app, run):
    seen.clear()
    let_probe()
    assert run() == 1
    assert len(seen) == 1
    assert run() == 0


def test_only_one_of_several_workers_probes(paused):
    let_probe()
    assert [len(claim("tests", 10, worker)) for worker in "abc"] == [1, 0, 0]


def test_a_probe_that_was_killed_is_followed_by_another(paused):
    let_probe()
    assert len(claim("tests", 10, "killed")) == 1
    let_probe()
    assert len(claim("tests", 10, "next")) == 1


def test_each_probe_is_another_job(paused, run):
    seen.clear()
    for _ in range(3):
        let_probe()
        run()
    assert set(seen) == {"a", "b", "c"}


def test_it_goes_on_by_itself_when_the_probe_succeeds(paused, run):
    broken.clear()
    let_probe()
    assert run() == 3
    assert pauses() == []
    assert [state(id).state for id in paused] == ["succeeded"] * 3


def test_it_goes_on_when_the_probe_fails_for_a_reason_of_its_own(run):
    broken.append("The machine is off.")
    use_what_may_be_broken.enqueue("wrong")
    db.session.commit()
    run()
    broken.clear()
    let_probe()
    assert run() == 1
    assert pauses() == []


def test_it_stays_paused_when_the_probe_tells_nothing(run):
    broken.append("The machine is off.")
    use_what_may_be_broken.enqueue("a")
    use_nothing.with_options(delay=timedelta(seconds=-60)).enqueue()
    db.session.commit()
    run()
    let_probe()
    run()
    assert len(pauses()) == 1


def test_it_probes_less_and_less_often(paused, run):
    waits = []
    for _ in range(7):
        [pause] = pauses()
        waits.append(round((pause.until - now()).total_seconds()))
        let_probe()
        run()
    assert waits == [30, 60, 120, 240, 480, 600, 600]


def test_a_clock_that_is_set_back_does_not_hold_it_up(paused, run):
    let_probe(before=timedelta(hours=-5))
    broken.clear()
    assert run() == 3


def test_a_worker_that_starts_probes_at_once(paused, work):
    broken.clear()
    work()
    until(lambda: ran() == 3)
    assert pauses() == []


def test_it_is_logged_once_and_again_for_another_reason(paused, run, caplog):
    caplog.clear()
    for reason in ("The machine is off.", "The machine is off.", "The machine burns.", ""):
        broken[:] = [reason] if reason else []
        let_probe()
        run()
    messages = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert messages == [
        "queue tests is paused: The machine burns. Repair it.",
        "queue tests works again",
    ]


def test_it_is_told_where_people_look(paused):
    [row] = [row for row in health.sections()["Queues"] if row.state == health.CRITICAL]
    assert row.label == "Queue tests"
    assert "The machine is off." in row.text
    assert row.remedy == "Repair it."
