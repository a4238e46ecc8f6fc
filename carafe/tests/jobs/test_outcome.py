"""What becomes of a job: success, failures, new attempts."""

import pytest
from sqlalchemy import select, update

from carafe.database import db
from carafe.jobs import Job
from carafe.jobs.jobs import purge
from carafe.tests.jobs.conftest import enqueue, error, locked, state
from carafe.tests.jobs.samples import (
    answer_with_a_set,
    exit,
    fail_after_writing,
    give_up,
    hand_on_and_fail,
    leave_nothing,
    note,
    ran,
    tell_a_file_name,
)  # fmt: skip
from carafe.time import now


def make_due(id):
    db.session.execute(update(Job).where(Job.id == id).values(run_at=now()))
    db.session.commit()


def test_it_undoes_what_a_failed_job_wrote(run):
    enqueue(fail_after_writing, "half")
    run()
    assert ran("half") == 0


def test_it_is_tried_again_later_and_later_and_then_fails(run):
    id = enqueue(fail_after_writing, "half")
    waits = []
    for _ in range(3):
        assert run() == 1
        job = state(id)
        waits.append((job.run_at - now()).total_seconds())
        assert "RuntimeError: as a bug would" in error(id)
        make_due(id)
    assert 55 < waits[0] < 75
    assert 115 < waits[1] < 150
    assert (state(id).state, state(id).attempts) == ("failed", 3)
    assert run() == 0


def test_it_is_not_tried_again_when_that_cannot_help(run):
    id = enqueue(give_up)
    assert run() == 1
    assert (state(id).state, state(id).error) == ("failed", "There is no such address.")


def test_it_fails_when_the_answer_cannot_be_kept(run):
    id = enqueue(answer_with_a_set)
    run()
    assert "JSON" in error(id)
    assert ran("a set") == 0


def test_it_fails_when_it_wants_to_exit(run):
    id = enqueue(exit)
    run()
    assert "as a command would" in error(id)


def test_it_tells_of_a_job_that_this_version_does_not_have(run):
    id = enqueue(note, "x")
    db.session.execute(update(Job).where(Job.id == id).values(name="notes.of_yesterday"))
    db.session.commit()
    run()
    assert "notes.of_yesterday" in error(id)


def test_it_leaves_no_row_where_none_is_wanted(run):
    enqueue(leave_nothing)
    assert run() == 1
    assert db.session.scalars(select(Job.id)).all() == []


def test_it_runs_a_failed_one_anew_when_told(run):
    id = enqueue(give_up)
    run()
    assert locked(id).retry()
    db.session.commit()
    assert run() == 1
    assert not locked(enqueue(note, "x")).retry()


@pytest.mark.parametrize("days", [2, 4])
def test_it_is_deleted_some_days_later(days, run, monkeypatch):
    id = enqueue(note, "x")
    failed = enqueue(give_up)
    run()
    from datetime import timedelta

    db.session.execute(update(Job).values(finished_at=now() - timedelta(days=days)))
    db.session.commit()
    assert purge() == (1 if days > 3 else 0)
    left = set(db.session.scalars(select(Job.id)))
    assert left == ({failed} if days > 3 else {id, failed})


def test_it_queues_nothing_for_a_job_that_fails(run):
    enqueue(hand_on_and_fail, "child")
    assert run() == 1
    assert ran("child") == 0


def test_it_can_tell_of_a_name_that_no_database_takes(run):
    id = enqueue(tell_a_file_name)
    run()
    assert state(id).message == "caf?"
    assert error(id).rstrip().endswith("caf?")


def test_it_is_canceled_rather_than_tried_again(run):
    id = enqueue(fail_after_writing, "half")
    run()
    db.session.execute(update(Job).where(Job.id == id).values(cancel_requested=True))
    make_due(id)
    run()
    assert (state(id).state, state(id).failures) == ("canceled", 1)


def test_it_forgets_lost_workers_when_told_to_run_it_anew(run):
    id = enqueue(give_up)
    run()
    db.session.execute(update(Job).where(Job.id == id).values(lost_workers=9))
    db.session.commit()
    assert locked(id).retry()
    db.session.commit()
    assert state(id).lost_workers == 0
