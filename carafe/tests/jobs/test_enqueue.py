"""Queueing a job: it exists exactly when what the transaction wrote does."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from carafe.audit import AuditEvent, record
from carafe.database import db
from carafe.jobs import Job, Priority
from carafe.tests.jobs.conftest import enqueue, state
from carafe.tests.jobs.samples import note, note_once, ran
from carafe.time import now


def queued() -> int:
    count = db.session.scalar(select(func.count()).select_from(Job))
    db.session.rollback()
    return count or 0


def test_it_runs_what_was_committed(run):
    record("user.greeted")
    id = note.enqueue("hello", times=2)
    db.session.commit()
    assert run() == 1
    assert ran("hello") == 2
    assert (state(id).state, state(id).result) == ("succeeded", {"text": "hello"})
    assert run() == 0


def test_it_knows_nothing_of_what_was_rolled_back(run):
    record("user.greeted")
    note.enqueue("hello")
    db.session.rollback()
    assert queued() == 0
    assert run() == 0


def test_it_knows_nothing_of_a_savepoint_that_was_rolled_back(run):
    record("user.greeted")
    savepoint = db.session.begin_nested()
    note.enqueue("no")
    savepoint.rollback()
    note.enqueue("yes")
    db.session.commit()
    assert run() == 1
    assert ran("yes") == 1


def test_it_belongs_to_the_transaction_that_it_begins_itself(run):
    note.enqueue("hello")
    db.session.rollback()
    assert run() == 0
    note.enqueue("hello")
    db.session.commit()
    assert run() == 1


@pytest.mark.parametrize(
    "argument", [{1, 2}, (1, 2), {1: "a"}, b"x", float("nan"), object(), now(), "x" * 1024 * 1024]
)
def test_it_refuses_what_json_would_not_give_back(argument):
    with pytest.raises(TypeError):
        note.enqueue(argument)
    assert queued() == 0


def test_it_waits_for_its_time(run):
    id = note.with_options(run_at=now() + timedelta(hours=1)).enqueue("later")
    enqueue(note.with_options(delay=timedelta(hours=1)), "later")
    assert run() == 0
    job = state(id)
    assert job.state == "queued"
    job.run_at = now()
    db.session.merge(job)
    db.session.commit()
    assert run() == 1


def test_it_runs_the_most_urgent_first_and_then_the_oldest(run):
    for text, priority in (
        ("last", Priority.LOW),
        ("second", Priority.NORMAL),
        ("first", Priority.HIGH),
        ("third", Priority.NORMAL),
    ):
        enqueue(note.with_options(priority=priority), text)
    run()
    order = db.session.scalars(select(AuditEvent.subject).order_by(AuditEvent.id)).all()
    assert order == ["first", "second", "third", "last"]


def test_it_queues_one_of_those_that_are_the_same(run):
    ids = {enqueue(note_once, "a"), enqueue(note_once, "a"), enqueue(note_once, "b")}
    assert len(ids) == 2
    assert run() == 2
    assert enqueue(note_once, "a") not in ids  # the first one has begun: this may be news
    assert run() == 1


def test_it_queues_one_with_a_key(run):
    keyed = note.with_options(key="digest of Alice")
    assert enqueue(keyed, "a") == enqueue(keyed, "b")
    assert run() == 1
    assert ran("a") == 1


def test_it_is_queued_once_by_two_at_the_same_moment(app, run):
    import threading

    barrier = threading.Barrier(8)

    def queue():
        with app.app_context():
            barrier.wait()
            enqueue(note_once, "a")

    threads = [threading.Thread(target=queue) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert queued() == 1
    assert run() == 1
