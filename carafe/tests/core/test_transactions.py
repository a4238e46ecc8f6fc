"""How transactions begin, and how SQLite's connections are set up."""

from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import event, select, text

from carafe.database import db, read_transaction
from carafe.database.sqlite import sqlite_driver
from carafe.testing.clock import later
from carafe.testing.http import Browser
from carafe.tests.site.models import User


@pytest.fixture
def begun(own_app):
    """The statements with which transactions of that app begin."""
    modes: list[str] = []

    def note(statement):
        if statement.startswith("BEGIN"):
            modes.append(statement.strip())

    def trace(connection, record):
        connection.set_trace_callback(note)

    with own_app.app_context():
        event.listen(db.engine, "connect", trace)
        db.engine.dispose()
    return modes


def test_it_reads_in_requests_that_read(own_app, own_alice, begun):
    own_alice.get("/members")
    own_alice.client.head("/members")
    own_alice.client.options("/members")
    assert set(begun) == {"BEGIN"}


def test_it_takes_the_lock_when_a_writing_request_begins(own_app, own_alice, begun):
    form = own_alice.fill("/members")
    begun.clear()
    own_alice.send(form, {"name": "Alicia"})
    # Who asks is read before, without the lock.
    assert begun == ["BEGIN", "BEGIN IMMEDIATE"]


def test_it_takes_the_lock_outside_of_requests(own_app, begun):
    with own_app.app_context():
        db.session.execute(text("SELECT 1"))
        assert begun == ["BEGIN IMMEDIATE"]
        db.session.rollback()
        with read_transaction():
            db.session.execute(text("SELECT 1"))
        assert begun == ["BEGIN IMMEDIATE", "BEGIN"]


def test_it_begins_anew_after_reading(own_app, begun):
    with own_app.test_request_context("/", method="POST"):
        with read_transaction():
            db.session.execute(text("SELECT 1"))
        db.session.execute(text("SELECT 1"))
        assert begun == ["BEGIN", "BEGIN IMMEDIATE"]


def test_it_keeps_what_was_written_when_something_is_read_meanwhile(own_app, begun):
    with own_app.test_request_context("/", method="POST"):
        db.session.add(User(email="a@example.com", password_hash="x"))
        db.session.flush()
        with read_transaction():
            assert db.session.scalar(select(User.email)) == "a@example.com"
        db.session.commit()
    with own_app.app_context():
        assert db.session.scalar(select(User.email)) == "a@example.com"
    assert begun[0] == "BEGIN IMMEDIATE"


def test_it_notes_who_was_seen_in_a_transaction_of_its_own(own_app, own_alice, begun):
    later(own_app, minutes=5)
    begun.clear()
    answer = own_alice.get("/members")
    answer.close()
    assert begun == ["BEGIN", "BEGIN IMMEDIATE"]
    begun.clear()
    own_alice.get("/members").close()
    assert begun == ["BEGIN"], "seen less than a minute ago"


def test_it_sets_up_every_connection(own_app):
    pragmas = {
        "journal_mode": "wal",
        "synchronous": 1,  # NORMAL
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "journal_size_limit": 64 * 1024 * 1024,
        "temp_store": 2,  # MEMORY
        "mmap_size": 0,
    }
    with own_app.app_context():
        connections = [db.engine.raw_connection() for _ in range(3)]
        for connection in connections:
            read = connection.cursor().execute
            assert {name: read(f"PRAGMA {name}").fetchone()[0] for name in pragmas} == pragmas
        for connection in connections:
            connection.close()


def test_it_keeps_the_busy_timeout_after_waiting_in_the_queue(own_app, own_alice):
    for name in ("A", "B"):
        own_alice.submit("/members", {"name": name})
    with own_app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000


def test_it_uses_the_newer_sqlite(own_app):
    with own_app.app_context():
        used = db.session.scalar(text("SELECT sqlite_version()"))
    assert used == sqlite_driver().sqlite_version
    visitor = Browser(own_app.test_client())
    health: Any = visitor.get("/readyz").json
    check = health["checks"]["database"]
    assert check["version"] == used
    assert check["driver"] == sqlite_driver().__name__


def test_it_lowers_every_script(own_app):
    with own_app.app_context():
        lower = text("SELECT lower('ÄÉШ'), lower(NULL), lower(5)")
        assert tuple(db.session.execute(lower).one()) == ("äéш", None, 5)


def test_it_has_a_connection_for_each_thread(app):
    with app.app_context(), read_transaction(), ExitStack() as threads:
        for _ in range(20):  # more than SQLAlchemy's pool gives by default
            connection = threads.enter_context(db.engine.connect())
            assert connection.scalar(text("SELECT 1")) == 1
