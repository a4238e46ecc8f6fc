"""What was purged is missing rightly, and the rest is a chain."""

import threading
from datetime import timedelta
from itertools import islice

import pytest

from app.audit import append, jobs
from app.audit.verification import Verification
from app.core import chunks
from app.core.database import db, reading
from app.core.time import now


@pytest.fixture
def purge(app, monkeypatch):
    """Purges a trail of seven, of which five are old."""
    monkeypatch.setitem(app.config, "AUDIT_KEEP_DAYS", 30)
    monkeypatch.setattr(chunks, "CHUNK", 2)
    with app.app_context():
        ages = [99, 98, 97, 96, 95, 2, 1]
        append([{"action": "x", "at": now() - timedelta(days=days)} for days in ages])
        db.session.commit()

    def run():
        with app.app_context():
            return jobs.purge()

    return run


def test_it_is_content(purge, happen, verify):
    assert purge() == 5
    assert verify() == []
    happen("y")
    assert purge() == 0
    assert verify() == []


def test_it_is_content_when_everything_was_old(app, purge, verify, monkeypatch):
    monkeypatch.setitem(app.config, "AUDIT_KEEP_DAYS", 1)
    assert purge() == 7
    assert verify() == []


def test_it_is_content_when_the_purge_was_ended_halfway(purge, past_the_app, verify, monkeypatch):
    def die(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(chunks, "delete_in_chunks", die)
    with pytest.raises(KeyboardInterrupt):
        purge()
    assert verify() == []
    past_the_app("DELETE FROM audit_event WHERE id <= 2")
    assert verify() == []
    past_the_app("UPDATE audit_event SET action = 'z' WHERE id = 5")
    assert len(verify()) == 1


def test_it_is_content_when_it_was_ended_and_events_had_moved(
    purge, past_the_app, verify, monkeypatch
):
    # PostgreSQL puts a row that changes behind the others, as those of whom somebody is taken out.
    past_the_app("UPDATE audit_event SET details = details WHERE id < 3")
    all_of_them = chunks._chunks
    monkeypatch.setattr(chunks, "_chunks", lambda *args: islice(all_of_them(*args), 1))
    assert purge() == 2
    assert verify() == []


def test_it_finds_more_missing_than_was_purged(purge, past_the_app, verify):
    purge()
    past_the_app("DELETE FROM audit_event WHERE id = 6")
    [problem] = verify()
    assert problem.startswith("7: 6 is missing before it")


def test_it_tells_that_what_was_kept_is_too_old(end, purge, verify):
    kept = end().replace("7:", "3:")
    purge()
    [problem] = verify("--expect", kept)
    assert problem.startswith("3: it is before what was read")


def test_it_is_content_when_a_purge_comes_while_it_reads(app, purge, monkeypatch):
    monkeypatch.setattr("app.audit.verification.AT_ONCE", 2)
    with app.app_context(), reading():
        verification = Verification()
        events = verification._events()

        def purged_meanwhile():
            yield next(events)
            yield next(events)
            elsewhere = threading.Thread(target=purge)
            elsewhere.start()
            elsewhere.join()
            yield from events

        monkeypatch.setattr(verification, "_events", purged_meanwhile)
        assert list(verification.problems()) == []
