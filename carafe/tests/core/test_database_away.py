"""What works, and what is said, while the database is away: SQLite files can be broken."""

import socket
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from carafe.database import db
from carafe.database.setup import POSTGRESQL_OPTIONS
from carafe.database.sqlite import sqlite_driver
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.groups import require
from carafe.testing.http import Browser

JSON = {"Accept": "application/json"}
LOGIN = {"email": "alice@example.com", "password": PASSWORD}


def corrupt(file: Path) -> None:
    file.write_bytes(b"no database " * 1000)


def unreadable(file: Path) -> None:
    file.unlink()
    file.mkdir()  # permissions would not stop root


@pytest.fixture(params=[corrupt, unreadable])
def broken(request, own_app, own_alice, tmp_path):
    """Breaks the database file; the function that is returned mends it."""
    file = tmp_path / "app.db"
    with own_app.app_context():
        db.engine.dispose()
    assert not file.with_name("app.db-wal").exists()
    content = file.read_bytes()
    request.param(file)

    def mend():
        if file.is_dir():
            file.rmdir()
        file.write_bytes(content)

    return mend


def assert_unavailable_page(answer) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.content_type == "text/html; charset=utf-8"
    assert 'class="site-header"' in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert "Traceback" not in answer.text


def assert_unavailable_problem(answer) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == 503
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


def test_it_serves_what_needs_no_database(own_app, broken):
    visitor = Browser(own_app.test_client())
    for path in ("/", "/auth/login", "/auth/register", "/livez", "/favicon.ico"):
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        answer.close()
    assert visitor.get("/no-such-page").status_code == 404
    assert visitor.get("/members").status_code == 303
    assert visitor.get("/readyz").status_code == 503


def test_it_answers_503_to_a_user(own_app, own_alice, broken):
    for path in ("/", "/members"):
        assert_unavailable_page(own_alice.get(path))
        assert_unavailable_problem(own_alice.get(path, headers=JSON))


def test_it_never_answers_500_to_a_user(own_alice, broken):
    # Who the page is for cannot be known, so it says that rather than what else is wrong.
    for method, path in (
        ("GET", "/no-such-page"),
        ("PUT", "/auth/login"),
        ("POST", "/auth/login"),
        ("POST", "/members"),
        ("HEAD", "/members"),
        ("OPTIONS", "/members"),
    ):
        answer = own_alice.client.open(path, method=method)
        assert answer.status_code in (400, 404, 405, 503), (method, path)
        assert method == "HEAD" or 'class="site-header"' in answer.text


def test_it_answers_503_to_a_log_in(own_app, broken):
    visitor = Browser(own_app.test_client())
    assert_unavailable_page(visitor.submit("/auth/login", LOGIN))
    assert_unavailable_problem(visitor.submit("/auth/login", LOGIN, headers=JSON))


def test_it_comes_back_with_the_database(own_app, own_alice, broken):
    assert own_alice.get("/members").status_code == 503
    broken()
    assert "Hello, Alice" in own_alice.get("/members").text
    assert own_alice.get("/readyz").status_code == 200
    assert own_alice.submit("/members", {"name": "Alicia"}).status_code == 303


@contextmanager
def locked(folder: Path, mode: str):
    """Someone else holds the write lock, past the queue."""
    # By the same library: SQLite's locks are the process's, and two libraries' do not meet.
    other = sqlite_driver().connect(folder / "app.db", isolation_level=None)
    other.execute(f"BEGIN {mode}")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.mark.parametrize("mode", ["IMMEDIATE", "EXCLUSIVE"])
def test_it_answers_503_to_writers_when_the_lock_is_not_had_in_time(
    mode, impatient, own_app, own_alice, tmp_path
):
    alice = own_alice
    form = alice.fill("/members")
    with locked(tmp_path, mode):
        assert_unavailable_page(alice.send(form, {"name": "Alicia"}))
        assert_unavailable_problem(alice.send(form, {"name": "Alicia"}, headers=JSON))
        # Readers do not wait.
        assert "Hello, Alice" in alice.get("/members").text
        assert 'value="Alice"' in alice.get("/members").text
        visitor = Browser(own_app.test_client())
        assert_unavailable_page(visitor.submit("/auth/login", LOGIN))
    assert alice.send(form, {"name": "Alicia"}).status_code == 303
    assert "Hello, Alicia" in alice.get("/members").text


def test_it_shows_a_page_though_last_seen_cannot_be_noted(impatient, own_app, own_alice, tmp_path):
    later(own_app, minutes=5)
    with locked(tmp_path, "IMMEDIATE"):
        assert own_alice.get("/members").status_code == 200


def test_it_reads_but_does_not_write_a_file_that_is_read_only(own_alice, make_app):
    def forbid_writes(connection, record):
        connection.execute("PRAGMA query_only=ON")  # root may write any file

    reader = make_app(PROPAGATE_EXCEPTIONS=False)
    with reader.app_context():
        event.listen(db.engine, "connect", forbid_writes)
    alice = Browser(reader.test_client())
    own_alice.copy_cookies_to(alice)
    assert "Hello, Alice" in alice.get("/members").text
    form = alice.fill("/members")
    assert_unavailable_page(alice.send(form, {"name": "Alicia"}))
    assert_unavailable_problem(alice.send(form, {"name": "Alicia"}, headers=JSON))
    assert "Hello, Alice" in alice.get("/members").text


def test_it_answers_503_when_the_disk_is_full(own_app, own_alice):
    def fill_disk(connection, record):
        connection.execute("PRAGMA max_page_count=1")  # as many as there are already

    form = own_alice.fill("/members")
    with own_app.app_context():
        event.listen(db.engine, "connect", fill_disk)
        db.engine.dispose()
    # Grows the audit trail until a page is full.
    answers = [own_alice.send(form, {"name": f"{n:0100}"}) for n in range(60)]
    full = [answer for answer in answers if answer.status_code != 303]
    assert full
    for answer in full:
        assert_unavailable_page(answer)
    assert own_alice.get("/members").status_code == 200


def test_it_answers_503_when_no_server_answers(make_app):
    require("postgres")
    away = make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", PROPAGATE_EXCEPTIONS=False)
    visitor = Browser(away.test_client())
    assert visitor.get("/").status_code == 200
    assert_unavailable_page(visitor.submit("/auth/login", LOGIN))
    assert_unavailable_problem(visitor.submit("/auth/login", LOGIN, headers=JSON))


def test_it_does_not_wait_for_ever_for_a_server_that_says_nothing(make_app, monkeypatch):
    require("postgres")
    options = POSTGRESQL_OPTIONS
    sooner = {"connect_timeout": 1}  # psycopg makes it two
    assert options["connect_args"].keys() == sooner.keys()  # type: ignore[attr-defined]
    monkeypatch.setitem(options, "connect_args", sooner)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        away = make_app(DATABASE_URL=url, PROPAGATE_EXCEPTIONS=False)
        assert Browser(away.test_client()).get("/readyz").status_code == 503
