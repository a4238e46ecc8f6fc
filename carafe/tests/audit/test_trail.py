"""Every event that is committed is in the trail, in its transaction, and nothing else is."""

import threading

import pytest
from sqlalchemy import select, text

from carafe.audit import AuditEvent, record
from carafe.audit.models import append
from carafe.database import db
from carafe.testing.database import statements
from carafe.tests.site.models import User
from carafe.time import now


@pytest.fixture
def actions(app):
    """The names of all events, oldest first."""

    def read():
        with app.app_context():
            return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))

    return read


def test_it_has_what_was_committed(app, actions):
    with app.app_context():
        record("lost.one")
        db.session.rollback()
        record("lost.two")
        db.session.close()
        record("kept.first")
        record("kept.second")
        db.session.commit()
    assert actions() == ["kept.first", "kept.second"]


def test_it_leaves_out_what_a_savepoint_took_back(app, actions):
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
    assert actions() == ["kept.before", "kept.inner", "kept.after"]


def test_it_has_what_is_noted_while_rows_are_written(app, password_hash, actions):
    def hear(mapper, connection, target):
        record("row.written")

    db.event.listen(User, "after_insert", hear)
    try:
        with app.app_context():
            db.session.add(User(email="x@example.com", password_hash=password_hash))
            db.session.commit()
    finally:
        db.event.remove(User, "after_insert", hear)
    assert actions() == ["row.written"]


def test_it_takes_details_of_every_kind(app):
    with app.app_context():
        record("thing.done", numbers={1: 1.5, 2: 10**20}, text="Ärger \x1f 🍷", pair=(None, True))
        append([{"action": "thing.imported", "at": now(), "details": {"b": 1, "a": [{}]}}])
        db.session.commit()
        details = db.session.scalars(select(AuditEvent.details).order_by(AuditEvent.id)).all()
    numbers = {"1": 1.5, "2": 10**20}
    assert details == [
        {"numbers": numbers, "text": "Ärger \x1f 🍷", "pair": [None, True]},
        {"b": 1, "a": [{}]},
    ]


def test_it_takes_nothing_but_by_record(app):
    with app.app_context():
        db.session.add(AuditEvent(at=now(), action="thing.done", details={}))
        with pytest.raises(TypeError, match="append-only"):
            db.session.commit()
        db.session.rollback()


def test_an_event_costs_one_statement_and_no_lock(app):
    with statements(app) as asked, app.app_context():
        record("thing.done", "thing:1")
        db.session.commit()
    assert [statement.split()[0] for statement in asked] == ["INSERT"]


def test_it_takes_events_of_many_at_once(app, actions):
    """Some have the same row to wait for, after they noted something."""
    with app.app_context():
        db.session.execute(text("CREATE TABLE lamp (id INTEGER PRIMARY KEY, lit INTEGER)"))
        db.session.execute(text("INSERT INTO lamp VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0)"))
        db.session.commit()
    failed: list[BaseException] = []
    start = threading.Barrier(4)

    def work(lamp_id):
        start.wait()
        try:
            with app.app_context():
                for n in range(20):
                    lamp = lamp_id if n % 2 else 0
                    record("lamp.lit", f"lamp:{lamp}")
                    db.session.execute(text(f"UPDATE lamp SET lit = lit + 1 WHERE id = {lamp}"))
                    db.session.commit()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=[lamp_id]) for lamp_id in (1, 2, 3, 4)]
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
    assert actions() == ["lamp.lit"] * 80
