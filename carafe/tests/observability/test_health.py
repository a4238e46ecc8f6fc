"""What load balancers and container engines ask."""

import os
from pathlib import Path

import pytest
from sqlalchemy import event, text

from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.database import empty_file
from carafe.testing.http import Browser


@pytest.fixture
def queries(app):
    """The statements that were sent to the database."""
    sent = []

    def note(connection, cursor, statement, *arguments):
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def away(app, tmp_path):
    """An app whose database cannot be opened."""
    url = f"sqlite:///{tmp_path}/nowhere/app.db"
    with another_app(app, DATABASE_URL=url, LOG_LEVEL="CRITICAL") as made:
        yield Browser(made.test_client())


def test_it_lives_without_asking_the_database(alice, sign_in, queries):
    browser = sign_in(alice)
    queries.clear()
    answer = browser.get("/livez")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert queries == []
    browser.get("/readyz")
    assert queries  # so that something was counted


def test_it_lives_while_the_database_is_away(away):
    assert away.get("/livez").status_code == 200


def test_it_is_not_ready_while_the_database_is_away(away):
    answer = away.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["status"] == "unavailable"
    assert answer.get_json()["checks"]["database"]["ok"] is False


def test_it_is_ready_with_database_migrations_and_disk(visitor):
    answer = visitor.get("/readyz")
    assert answer.status_code == 200
    assert {name for name, check in answer.get_json()["checks"].items() if check["ok"]} == {
        "database",
        "migrations",
        "disk",
    }


def test_it_is_not_ready_before_the_first_migration(app, tmp_path):
    url = f"sqlite:///{empty_file(tmp_path / 'empty.db')}"
    with another_app(app, DATABASE_URL=url, LOG_LEVEL="CRITICAL") as made:
        answer = made.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["database"]["ok"] is True
    assert answer.get_json()["checks"]["migrations"]["remedy"] == "flask db upgrade"


def test_it_is_not_ready_at_another_revision(app, tmp_path):
    url = f"sqlite:///{empty_file(tmp_path / 'old.db')}"
    with another_app(app, DATABASE_URL=url, LOG_LEVEL="CRITICAL") as made:
        with made.app_context():
            db.session.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
            db.session.execute(text("INSERT INTO alembic_version VALUES ('0000')"))
            db.session.commit()
        answer = made.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["migrations"]["current"] == "0000"


def test_it_is_not_ready_without_its_folder(app, visitor, monkeypatch, tmp_path):
    monkeypatch.setattr(app, "instance_path", str(tmp_path / "gone"))
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["disk"]["ok"] is False


def is_ready(visitor):
    """Whether it is ready, after it answered something else to one who writes."""
    answer = visitor.get("/readyz")
    assert answer.get_json()["status"] == ("ok" if answer.status_code == 200 else "unavailable")
    return answer.status_code == 200


def test_it_is_not_ready_where_the_database_takes_no_writes(app, alice, visitor):
    statement = "PRAGMA query_only=ON"
    with app.app_context():
        engine = db.engine
        if engine.dialect.name == "postgresql":
            statement = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"

    def forbid_writes(connection, record):
        connection.execute(statement)
        connection.commit()

    form = visitor.fill("/auth/login")
    event.listen(engine, "connect", forbid_writes)
    engine.dispose()
    try:
        answer = visitor.send(form, {"email": alice.email, "password": PASSWORD})
        assert answer.status_code == 503
        assert not is_ready(visitor)
        assert visitor.get("/readyz").get_json()["checks"]["database"]["reason"] == "read-only"
    finally:
        event.remove(engine, "connect", forbid_writes)
        engine.dispose()
    assert is_ready(visitor)


def test_it_is_ready_while_somebody_writes(app, visitor):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE lamp (id INTEGER)"))
        assert is_ready(visitor)
        connection.rollback()


@pytest.mark.parametrize("name", ["", "limits.db", "app.db"])
def test_it_is_not_ready_where_its_files_cannot_be_written(name, app, visitor, monkeypatch):
    """As on a read-only file system, on which `access` says so to root as well."""
    file = Path(app.instance_path) / name
    if name:
        file.touch()
    access = os.access

    def refuse(path, mode):
        return Path(path) != file and access(path, mode)

    assert is_ready(visitor)
    monkeypatch.setattr(os, "access", refuse)
    with app.app_context():
        is_used = name != "app.db" or db.engine.dialect.name == "sqlite"
    assert is_ready(visitor) is not is_used


def test_it_tells_visitors_nothing_of_where_the_database_is(away, tmp_path):
    assert str(tmp_path) not in away.get("/readyz").text


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_it_is_kept_by_no_cache_and_sets_no_cookie(path, visitor):
    answer = visitor.get(path)
    assert "Set-Cookie" not in answer.headers
    assert answer.is_json
