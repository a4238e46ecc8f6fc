"""Jobs of the tests: what they did is in the audit trail, or in `seen` of this process."""

import sys
import threading
from datetime import timedelta
from time import monotonic

from sqlalchemy import func, select

from carafe.audit import AuditEvent, record
from carafe.database import db
from carafe.jobs import PermanentError, job, progress
from carafe.jobs.run import QueueError, queue_works

PATIENCE_SECONDS = 20
seen: list[object] = []
started, let_go = threading.Event(), threading.Event()


@job(queue="tests")
def note(text, times=1):
    """Leaves its text in the audit trail."""
    for _ in range(times):
        record("job.ran", text)
    return {"text": text}


@job(queue="tests", unique=True)
def note_once(text):
    record("job.ran", text)


@job(queue="tests", keep=False)
def leave_nothing():
    seen.append("left nothing")


@job(queue="tests", retries=2, backoff=timedelta(minutes=1))
def fail_after_writing(text):
    record("job.ran", text)
    db.session.flush()
    raise RuntimeError("as a bug would")


@job(queue="tests")
def give_up():
    raise PermanentError("There is no such address.")


@job(queue="tests", retries=0)
def exit():
    sys.exit("as a command would")


@job(queue="tests")
def answer_with_a_set():
    record("job.ran", "a set")
    return {1, 2}


@job(queue="tests", retries=0)
def count_to(total):
    """Says how far it is until someone stops it, or nothing more is to be done."""
    started.set()
    deadline = monotonic() + PATIENCE_SECONDS
    for done in range(total):
        progress(done, total, f"Counting {done}")
        let_go.wait(0.01)
        assert monotonic() < deadline


@job(queue="tests", retries=0)
def wait():
    """Waits until a test lets it go."""
    started.set()
    assert let_go.wait(PATIENCE_SECONDS)
    record("job.ran", "waited")


@job(queue="tests", retries=0, timeout=timedelta(seconds=0.2))
def run_for_ever():
    deadline = monotonic() + PATIENCE_SECONDS
    while monotonic() < deadline:
        started.wait(0.01)


broken: list[str] = []


@job(queue="tests")
def use_what_may_be_broken(text):
    """Does what all jobs of the queue need, while that works."""
    seen.append(text)
    if broken:
        record("job.ran", "what is undone")
        raise QueueError(broken[0], "Repair it.")
    queue_works()
    record("job.ran", text)
    if text == "wrong":
        raise PermanentError("It is wrong itself.")


@job(queue="tests")
def use_nothing():
    """Says nothing about what the others need."""


def ran(text=None) -> int:
    """How often a job left this text, or any."""
    query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "job.ran")
    if text is not None:
        query = query.where(AuditEvent.subject == text)
    count = db.session.scalar(query)
    db.session.rollback()
    return count or 0


@job(queue="tests", retries=0)
def hand_on_and_fail(text):
    """Its first step is to queue something."""
    note.enqueue(text)
    raise RuntimeError("as a bug would")


@job(queue="tests", retries=0)
def tell_a_file_name():
    progress(1, 2, "caf\udce9\0")
    raise RuntimeError("caf\0?")
