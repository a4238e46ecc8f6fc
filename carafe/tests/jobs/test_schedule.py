"""Jobs by the clock: each tick once."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import delete, func, select, update

from carafe.database import db, read_transaction
from carafe.jobs import Job, job, schedule, scheduled
from carafe.jobs.definition import registry
from carafe.jobs.models import Schedule, WorkerRecord
from carafe.testing.waiting import until
from carafe.time import now


@pytest.fixture
def nightly(monkeypatch):
    """A job that is due at three each night, and nothing else is; its name."""
    monkeypatch.setattr(schedule, "schedule", {})

    @scheduled("0 3 * * *")
    @job(queue="tests")
    def sweep():
        pass

    yield sweep.name
    del registry[sweep.name]


def row(name):
    db.session.rollback()
    schedule = db.session.get(Schedule, name, populate_existing=True)
    db.session.rollback()
    return schedule


def due_since(name, next_at):
    db.session.execute(update(Schedule).where(Schedule.name == name).values(next_at=next_at))
    db.session.commit()


def alive():
    with read_transaction():
        return WorkerRecord.alive()


def is_queued(times):
    return queued() == times


def queued():
    count = db.session.scalar(select(func.count()).select_from(Job))
    db.session.rollback()
    return count


def test_it_is_due_when_the_rule_says(nightly):
    schedule.sync_table()
    due = row(nightly).next_at
    assert (due.hour, due.minute) == (3, 0)
    assert timedelta() < due - now() <= timedelta(days=1)
    schedule.enqueue_due()
    assert queued() == 0


def test_it_is_queued_once_by_many_workers(app, nightly):
    schedule.sync_table()
    due_since(nightly, now() - timedelta(minutes=1))
    barrier = threading.Barrier(6)

    def tick():
        with app.app_context():
            barrier.wait()
            schedule.enqueue_due()

    threads = [threading.Thread(target=tick) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Run meanwhile, it could be queued again: the key alone does not prevent that.
    assert queued() == 1
    assert row(nightly).next_at > now()


def test_it_is_queued_once_when_it_was_run_in_between(nightly, run):
    schedule.sync_table()
    due_since(nightly, now() - timedelta(minutes=1))
    schedule.enqueue_due()
    assert run() == 1
    schedule.sync_table()  # a worker that starts just then
    schedule.enqueue_due()
    assert run() == 0


def test_it_is_queued_once_though_two_saw_that_it_is_due(nightly, run):
    schedule.sync_table()
    due = now() - timedelta(minutes=1)
    due_since(nightly, due)
    schedule._enqueue_once(nightly, due)
    assert run() == 1
    schedule._enqueue_once(nightly, due)  # by one who saw it before the first had done it
    assert run() == 0


def test_it_makes_up_for_a_restart_and_for_days_without_a_worker_with_one_run(nightly, run):
    schedule.sync_table()
    due_since(nightly, now() - timedelta(days=5))
    schedule.sync_table()
    schedule.enqueue_due()
    schedule.enqueue_due()
    assert run() == 1


def test_it_is_run_once_by_two_workers_and_across_a_restart(nightly, work, monkeypatch):
    monkeypatch.setattr("carafe.jobs.worker.POLL_SECONDS", 0.05)
    for tick in (1, 2, 3):
        schedule.sync_table()
        if tick == 3:  # its time comes while nobody works
            due_since(nightly, now())
        both = [work(), work()]
        until(lambda: len(alive()) == 2)
        if tick < 3:
            due_since(nightly, now())
        until(partial(is_queued, tick))
        for worker in both:
            worker.stop()
        until(lambda: not alive())
    assert queued() == 3


def test_it_waits_when_the_clock_was_set_back(nightly):
    schedule.sync_table()
    due_since(nightly, now() + timedelta(hours=30))  # as it was before, a day in the future
    schedule.enqueue_due()
    schedule.sync_table()
    assert queued() == 0
    assert row(nightly).next_at > now() + timedelta(hours=29)


def test_it_follows_a_rule_that_was_changed(nightly):
    schedule.sync_table()
    schedule.schedule[nightly] = schedule._rule("30 4 1 * *")
    schedule.sync_table()
    due = row(nightly).next_at
    assert (due.day, due.hour, due.minute) == (1, 4, 30)


def test_it_forgets_what_the_code_no_longer_has(nightly, monkeypatch):
    schedule.sync_table()
    monkeypatch.setattr(schedule, "schedule", {})
    schedule.sync_table()
    assert row(nightly) is None


def test_it_knows_no_summer_time():
    rule = schedule._rule("30 2 * * *")
    ticks = [datetime(2026, 3, 28, tzinfo=UTC)]
    for _ in range(3):
        ticks.append(rule.after(ticks[-1]))
    assert [(tick.day, tick.hour) for tick in ticks[1:]] == [(28, 2), (29, 2), (30, 2)]


@pytest.mark.parametrize("rule", ["", "every day", "61 * * * *", "0 0 31 2 *", timedelta(0)])
def test_it_refuses_a_rule_that_is_never_due(rule):
    with pytest.raises(ValueError):  # noqa: PT011
        scheduled(rule)


def test_it_repeats_after_an_interval(monkeypatch):
    rule = schedule._rule(timedelta(minutes=5))
    assert rule.after(now()) - now() > timedelta(minutes=4)


def test_it_runs_what_the_features_scheduled(run):
    """Each of them, on an empty database, without a failure."""
    db.session.execute(delete(Schedule))
    db.session.commit()
    schedule.sync_table()
    db.session.execute(update(Schedule).values(next_at=now()))
    db.session.commit()
    schedule.enqueue_due()
    assert run() >= len(schedule.schedule) > 0
    assert set(db.session.scalars(select(Job.state))) == {"succeeded"}


def test_it_is_not_woken_by_what_another_version_schedules(nightly):
    schedule.sync_table()
    db.session.add(Schedule(name="notes.of_tomorrow", rule="0 4 * * *", next_at=now()))
    db.session.commit()
    due = schedule.next_tick()
    assert due is not None
    assert due > now()
