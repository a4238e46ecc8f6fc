"""A worker at work: in time, one after the other, and when told to stop."""

from datetime import timedelta
from functools import partial

from sqlalchemy import select, update

from carafe.database import db
from carafe.jobs import Job, claims
from carafe.jobs.execution import execute
from carafe.jobs.models import WorkerRecord
from carafe.jobs.worker import JobWorker
from carafe.testing.waiting import until
from carafe.tests.jobs.conftest import enqueue, error, locked, state
from carafe.tests.jobs.samples import count_to, note, ran, run_for_ever, started, wait
from carafe.time import now


def test_it_runs_jobs_as_they_come(work):
    work()
    for text in "abc":
        enqueue(note, text)
        until(partial(ran, text))


def alive():
    workers = WorkerRecord.alive()
    db.session.rollback()
    return workers


def test_it_says_that_it_is_there_and_when_it_leaves(work):
    worker = work()
    until(alive)
    worker.stop()
    until(lambda: not alive())


def test_it_shows_how_far_a_job_is_and_stops_it_when_asked(work):
    work()
    id = enqueue(count_to, 100_000)
    until(lambda: state(id).done)
    assert state(id).message.startswith("Counting")
    assert state(id).total == 100_000
    assert locked(id).cancel()
    db.session.commit()
    until(lambda: state(id).is_finished)
    assert state(id).state == "canceled"


def test_it_never_begins_what_was_canceled_before(run):
    id = enqueue(note, "x")
    assert locked(id).cancel()
    db.session.commit()
    assert run() == 0
    assert state(id).state == "canceled"
    assert locked(id).cancel()  # twice is as good
    db.session.rollback()


def test_it_interrupts_what_takes_too_long(work):
    work()
    id = enqueue(run_for_ever)
    until(lambda: state(id).is_finished)
    assert "JobTimeoutError" in error(id)


def test_it_gives_back_what_it_cannot_finish(work, monkeypatch):
    monkeypatch.setattr("carafe.jobs.worker.SHUTDOWN_TIMEOUT_SECONDS", 0)
    worker = work()
    id = enqueue(wait)
    until(started.is_set)
    worker.stop()
    until(lambda: state(id).state == "queued")
    assert ran("waited") == 0


def test_it_finishes_what_it_can(work):
    from carafe.tests.jobs.samples import let_go

    worker = work()
    id = enqueue(wait)
    until(started.is_set)
    worker.stop()
    let_go.set()
    until(lambda: state(id).is_finished)
    assert state(id).state == "succeeded"


def lose(id):
    """As if its worker had fallen silent."""
    long_ago = now() - timedelta(minutes=5)
    db.session.execute(update(Job).where(Job.id == id).values(lease_until=long_ago))
    db.session.commit()


def test_it_runs_anew_what_a_worker_left_behind(run):
    id = enqueue(note, "x")
    assert claims.claim("tests", 1, "someone who dies")
    assert run() == 0
    assert claims.requeue_lost() == 0
    lose(id)
    assert claims.requeue_lost() == 1
    assert run() == 1
    assert (ran("x"), state(id).attempts) == (1, 2)


def test_it_runs_anew_what_was_left_behind_before_the_clock_went_back(app, work, monkeypatch):
    monkeypatch.setitem(app.config, "JOB_LEASE_SECONDS", 1)
    id = note.enqueue("x")
    assert claims.claim("tests", 1, "someone who dies")
    ahead = now() + timedelta(minutes=10)
    db.session.execute(update(Job).where(Job.id == id).values(lease_until=ahead))
    db.session.commit()
    work()
    until(lambda: state(id).state == "succeeded")
    assert (ran("x"), state(id).attempts) == (1, 2)


def test_it_leaves_what_is_renewed_by_a_clock_that_went_back(app, monkeypatch):
    monkeypatch.setitem(app.config, "JOB_LEASE_SECONDS", 1)
    note.enqueue("x")
    [run] = claims.claim("tests", 1, "someone who is well")
    silence, clock = claims.Silence(), [0.0]
    monkeypatch.setattr(claims, "monotonic", lambda: clock[0])
    for _ in range(10):
        claims.renew([run])
        assert silence.look() == []
        clock[0] += 0.4
    looks = []
    for _ in range(3):
        looks.append(silence.look())
        clock[0] += 0.4
    assert looks == [[], [], [run.id]]
    clock[0] += 60  # the database was away
    assert silence.look() == []


def test_it_gives_workers_time_to_renew_when_the_clock_was_set(app):
    id = enqueue(note, "x")
    assert claims.claim("tests", 1, "someone who is well")
    worker = JobWorker(app, 1, ["tests"])
    worker._renewed_at -= timedelta(hours=1)
    lose(id)
    worker._renew()
    assert state(id).state == "running"
    worker._renew()
    assert state(id).state == "queued"


def test_it_undoes_what_a_worker_wrote_that_had_lost_its_lease(app, run):
    enqueue(note, "x")
    [late] = claims.claim("tests", 1, "slow")
    lose(late.id)
    claims.requeue_lost()
    run()
    execute(app, late)
    assert ran("x") == 1


def test_it_undoes_it_while_another_one_is_at_it(app):
    id = enqueue(note, "x")
    [late] = claims.claim("tests", 1, "slow")
    lose(id)
    claims.requeue_lost()
    [retry] = claims.claim("tests", 1, "quick")
    execute(app, late)
    assert (ran("x"), state(id).state) == (0, "running")
    execute(app, retry)
    assert (ran("x"), state(id).state) == (1, "succeeded")


def test_it_gives_up_a_job_that_takes_every_worker_down(run):
    id = enqueue(note, "x")
    for _ in range(claims.MAX_LOST_WORKERS):
        assert claims.claim("tests", 1, "doomed")
        lose(id)
        claims.requeue_lost()
    assert state(id).state == "failed"
    assert str(claims.MAX_LOST_WORKERS) in error(id)


def test_it_claims_each_job_once(app):
    import threading

    ids = {enqueue(note, str(i)) for i in range(40)}
    taken: list[int] = []

    def claim():
        with app.app_context():
            while runs := claims.claim("tests", 3, "one of many"):
                taken.extend(run.id for run in runs)

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(ids)
    assert len(db.session.scalars(select(Job.id).where(Job.attempts == 1)).all()) == 40
