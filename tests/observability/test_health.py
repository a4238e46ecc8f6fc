"""What load balancers and container engines ask."""

import pytest
from sqlalchemy import event, text

from app.core.database import db
from tests.apps import another_app
from tests.database import empty_file
from tests.http import Browser


@pytest.fixture
def queries(app):
    """The statements that were sent to the database."""
    sent = []

    def note(connection, cursor, statement, *rest):
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


def test_it_tells_visitors_nothing_of_where_the_database_is(away, tmp_path):
    assert str(tmp_path) not in away.get("/readyz").text


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_it_is_kept_by_no_cache_and_sets_no_cookie(path, visitor):
    answer = visitor.get(path)
    assert "Set-Cookie" not in answer.headers
    assert answer.is_json
