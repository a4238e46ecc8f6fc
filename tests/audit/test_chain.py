"""Every event that is committed is in the chain, and nothing else is."""

import threading

import pytest
from sqlalchemy import select, text

from app.audit import AuditEvent, append, record
from app.auth.models import User
from app.core.database import db
from app.core.time import now


@pytest.fixture
def kept(app):
    def read():
        with app.app_context():
            rows = db.session.execute(select(AuditEvent.id, AuditEvent.action).order_by("id"))
            return [tuple(row) for row in rows]

    return read


def test_it_has_what_a_walk_through_the_app_did(alice, carol, sign_in, verify, kept):
    sign_in(alice).submit("/account/profile", {"name": "Alicia"})
    sign_in(carol).submit(f"/admin/users/{alice.id}", {"name": "Alice", "role": "staff"})
    ids = [id for id, _ in kept()]
    assert ids == list(range(1, len(ids) + 1))
    assert verify() == []


def test_it_has_no_gap_after_a_rollback(app, happen, verify, kept):
    with app.app_context():
        record("lost.one")
        db.session.rollback()
        record("lost.two")
        db.session.close()
        record("kept.first")
        record("kept.second")
        db.session.commit()
    happen("kept.third")
    assert kept() == [(1, "kept.first"), (2, "kept.second"), (3, "kept.third")]
    assert verify() == []


def test_it_leaves_out_what_a_savepoint_took_back(app, verify, kept):
    with app.app_context():
        record("kept.before")
        outer = db.session.begin_nested()
        record("lost.outer")
        with db.session.begin_nested():
            record("lost.inner")
        outer.rollback()
        with db.session.begin_nested():
            record("kept.inner")
        record("kept.after")
        db.session.commit()
    assert [action for _, action in kept()] == ["kept.before", "kept.inner", "kept.after"]
    assert verify() == []


def test_it_has_what_is_noted_while_rows_are_written(app, password_hash, verify, kept):
    def hear(mapper, connection, target):
        record("row.written")

    db.event.listen(User, "after_insert", hear)
    try:
        with app.app_context():
            db.session.add(User(email="x@example.com", password_hash=password_hash))
            db.session.commit()
    finally:
        db.event.remove(User, "after_insert", hear)
    assert [action for _, action in kept()] == ["row.written"]
    assert verify() == []


def test_it_takes_details_of_every_kind(app, verify):
    with app.app_context():
        record("thing.done", numbers={1: 1.5, 2: 10**20}, text="Ärger \x1f 🍷", pair=(None, True))
        append([{"action": "thing.imported", "at": now(), "details": {"b": 1, "a": [{}]}}])
        db.session.commit()
    assert verify() == []


def test_it_takes_nothing_but_by_record(app):
    with app.app_context():
        db.session.add(AuditEvent(at=now(), action="thing.done", details={}))
        with pytest.raises(TypeError, match="append-only"):
            db.session.commit()
        db.session.rollback()


def test_it_takes_events_of_many_at_once(app, verify, kept):
    """Some have the same row to wait for, after they noted something; others meet in the chain."""
    with app.app_context():
        db.session.execute(text("CREATE TABLE lamp (id INTEGER PRIMARY KEY, lit INTEGER)"))
        db.session.execute(text("INSERT INTO lamp VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0)"))
        db.session.commit()
    failed: list[BaseException] = []
    start = threading.Barrier(4)

    def work(own):
        start.wait()
        try:
            with app.app_context():
                for n in range(20):
                    lamp = own if n % 2 else 0
                    record("lamp.lit", f"lamp:{lamp}")
                    db.session.execute(text(f"UPDATE lamp SET lit = lit + 1 WHERE id = {lamp}"))
                    db.session.commit()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=[own]) for own in (1, 2, 3, 4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        with app.app_context():
            db.session.execute(text("DROP TABLE lamp"))
            db.session.commit()
    assert not failed
    assert [id for id, _ in kept()] == list(range(1, 81))
    assert verify() == []
