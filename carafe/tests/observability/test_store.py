"""Recording breaks nothing, whatever becomes of its file, and takes a bounded place."""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError, OperationalError

from carafe.database.sqlite import sqlite_driver
from carafe.observability import observations, recorder, retention, store
from carafe.observability.store import Store
from carafe.testing.http import Browser
from carafe.testing.recording import recording_app, rows


@pytest.fixture
def app(app, alice):
    with recording_app(app) as made:
        yield made


@pytest.fixture
def file(app):
    """The file, where there is one."""
    with app.app_context():
        if store.get_store().engine.dialect.name != "sqlite":
            pytest.skip("on PostgreSQL there is no file")
    return store.get_store(app).path


@pytest.fixture
def visit(app):
    """Asks for a page, which has to come, and writes down that it did."""

    def visit():
        assert Browser(app.test_client()).get("/auth/login").status_code == 200
        recorder.flush(app)

    return visit


def remove(file):
    for end in ("", "-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)


def counted(app):
    return sum(row.count for row in rows(app, store.request_count) if row.resolution == 60)


def test_it_makes_a_damaged_file_anew(app, file, visit):
    visit()
    store.get_store(app).close()
    remove(file)
    file.write_bytes(b"this is no database" * 1000)
    visit()
    visit()
    assert counted(app) == 2


def test_it_notices_that_the_file_is_gone(app, file, visit):
    visit()
    remove(file)
    visit()
    assert file.exists()
    assert counted(app) == 1


def test_it_leaves_alone_what_another_process_has_made_anew(app, file, visit):
    corrupt = sqlite_driver().DatabaseError("database disk image is malformed")
    corrupt.sqlite_errorcode = 11
    with app.app_context():
        slower = Store(app)
        with suppress(DatabaseError), slower.write_transaction():
            remove(file)
            visit()
            raise DatabaseError("", None, corrupt)
        assert slower.engine
        slower.close()
    assert counted(app) == 1


def test_it_waits_until_it_can_write_and_says_so_once(app, file, visit, monkeypatch):
    messages = []
    monkeypatch.setattr(logging.getLogger("carafe.observability.recorder"), "warning",
                        lambda *text: messages.append(text))  # fmt: skip
    store.get_store(app).close()
    remove(file)
    file.mkdir()  # as good as a folder that cannot be written, which root's always can
    visit()
    visit()
    assert len(messages) == 1
    file.rmdir()
    visit()
    assert counted(app) == 3


def test_it_forgets_what_waits_for_too_long(app, visit, monkeypatch):
    def fail(*arguments):
        raise OperationalError("", None, Exception("no space left on device"))

    with monkeypatch.context() as patch:
        patch.setattr("carafe.observability.writer.write", fail)
        for _ in range(recorder.MAX_WAITING + 3):
            visit()
    assert counted(app) == recorder.MAX_WAITING


def test_it_goes_on_after_what_can_never_be_written(app):
    for endpoint in ("\ud800", "fine"):
        with app.app_context(), app.extensions["recorder"] as observed:
            observed.count(endpoint, 1, False)
        recorder.flush(app)
    assert [row.endpoint for row in rows(app, store.request_count) if row.resolution == 60] == [
        "fine"
    ]


def test_it_is_made_once_by_processes_that_start_together(app, visit):
    with app.app_context(), store.get_store().engine.begin() as connection:
        store.metadata.drop_all(connection)

    def start(number):
        with app.app_context():
            first_store = Store(app)
            assert first_store.engine
            first_store.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(start, range(8)))
    visit()
    assert counted(app) == 1


def test_it_drops_what_another_version_of_the_app_kept(app, visit):
    visit()
    with app.app_context():
        with store.get_store().engine.begin() as connection:
            connection.execute(update(store.version).values(version=store.VERSION + 1))
        store.get_store().close()
    assert counted(app) == 0
    visit()
    assert counted(app) == 1


def test_it_keeps_a_bounded_number_of_everything(app, monkeypatch):
    monkeypatch.setattr(retention, "MAX_COUNTS", 10)
    monkeypatch.setattr(
        retention, "RETENTION", [(table, days, 7) for table, days, _ in retention.RETENTION]
    )
    monkeypatch.setattr(retention, "MAX_SLOW_PER_HOUR", 4)
    with app.test_request_context("/"), app.extensions["recorder"] as observed:
        for number in range(observations.MAX_STATEMENTS + 10):
            observed.statements.setdefault(f"SELECT {number}", observations.Statement(count=1))
            observed.count(f"page{number}", 1, False)
        for number in range(9):
            row = dict.fromkeys(["request_id", "endpoint", "method", "path"], "x") | dict.fromkeys(
                ["at", "status", "us", "database_us", "template_us", "queries"], 1
            )
            observed.add_slow(number, row | {"us": number, "at": 2**31})
    statements = rows(app, store.statement)
    assert len(statements) == 7
    assert sorted(row.us for row in rows(app, store.slow_request)) == [5, 6, 7, 8]
    assert len(rows(app, store.request_count)) == 0


def test_it_forgets_what_is_old(app, visit):
    visit()
    with app.app_context(), store.get_store().write_transaction() as connection:
        retention.prune(connection, 2**31)
    for table in store.metadata.sorted_tables:
        assert table.name == "version" or not rows(app, table)
