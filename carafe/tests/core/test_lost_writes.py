"""Writes that would be lost without a word: an error in tests, named in development."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, stream_with_context
from flask_login import current_user
from sqlalchemy import select, text, update

from carafe.audit import record
from carafe.auth.marks import login_required
from carafe.database import counters, db, read_transaction, write_transaction
from carafe.database.lost_writes import ReadOnlyError, UncommittedError
from carafe.jobs import Job
from carafe.mail import send
from carafe.notifications import notify
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.server import migrated_database
from carafe.tests.jobs.samples import note
from carafe.tests.site.models import User
from carafe.time import now
from carafe.web.routing import public

RENAME: Any = update(User).values(name="Lost")


def user() -> User:
    return db.session.scalars(select(User)).one()


def set_attribute() -> None:
    user().name = "Lost"


def set_attribute_of_current_user() -> None:
    current_user.user.name = "Lost"


def add() -> None:
    db.session.add(User(email="lost@example.com", password_hash="x"))


def delete() -> None:
    db.session.delete(user())


def execute() -> None:
    db.session.execute(RENAME)


def execute_text() -> None:
    db.session.execute(text("UPDATE \"user\" SET name = 'Lost'"))


def execute_with_query() -> None:
    db.session.execute(text("WITH x AS (SELECT 1) UPDATE \"user\" SET name = 'Lost'"))


def execute_returning() -> None:
    db.session.scalar(RENAME.returning(User.id))


def connect() -> None:
    db.session.connection().execute(RENAME)


def begin() -> None:
    with db.engine.begin() as connection:
        connection.execute(RENAME)


def audit() -> None:
    record("user.lost")


def enqueue() -> None:
    note.enqueue("lost")


def mail() -> None:
    send("ann@example.com", "auth/emails/registered", user=user(), reset_url="http://localhost/x")


def count() -> None:
    counters.increment("losses")


def tell() -> None:
    notify(user().id, "Lost")


STATEMENTS = [execute, execute_text, execute_with_query, execute_returning, connect]
CALLS = [audit, enqueue, mail, tell]
CHANGES = [set_attribute, set_attribute_of_current_user, add, delete]


class Site:
    """An app with a view that calls whatever a test gives it, and Alice logged in."""

    def __init__(self, app: Flask, email: str):
        self.app = app
        self.function: Callable[[], Any] = str
        app.add_url_rule("/visit", "visit", self.closed_view(), methods=["GET", "POST"])
        app.add_url_rule("/look", "look", self.open_view())
        self.browser = Browser(app.test_client())
        self.browser.submit("/auth/login", {"email": email, "password": PASSWORD})
        self.token = self.browser.token()

    def closed_view(self) -> Any:
        return login_required(lambda: self.function() or "<body></body>")

    def open_view(self) -> Any:
        return public(lambda: self.function() or "<body></body>")

    def visit(self, function: Callable[[], Any], method: str = "POST") -> Any:
        self.function = function
        if method == "GET":
            return self.browser.get("/visit")
        return self.browser.post("/visit", {"csrf_token": self.token})


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("lost_writes") / "app.db"
    file.write_bytes(migrated_database())
    return file


@pytest.fixture(scope="module")
def sites(application: Flask, database: Path, password_hash: str) -> Iterator[dict[str, Site]]:
    """One in tests and one in development, on the same database."""
    with ExitStack() as stack:

        def make(name: str) -> Flask:
            settings = {"DATABASE_URL": f"sqlite:///{database}", "APP_ENV": name}
            return stack.enter_context(another_app(application, **settings))

        testing, development = make("testing"), make("development")
        with testing.app_context():
            User.register("alice@example.com", password_hash, name="Alice", confirmed_at=now())
            db.session.commit()
        yield {
            app.config["APP_ENV"]: Site(app, "alice@example.com") for app in (testing, development)
        }


@pytest.fixture
def site(app: Flask, sites: dict[str, Site]) -> Iterator[Site]:
    yield sites["testing"]
    with sites["testing"].app.app_context():
        db.session.execute(update(User).values(name="Alice"))
        db.session.commit()


@pytest.fixture
def visit(site: Site) -> Callable[..., Any]:
    return site.visit


@pytest.fixture
def stored(site: Site) -> Callable[[], list[int]]:
    """How many users have another name, and how many users and jobs there are."""

    def count() -> list[int]:
        with site.app.app_context(), read_transaction():
            renamed = db.session.query(User).filter(User.name == "Lost").count()
            return [renamed, db.session.query(User).count(), db.session.query(Job).count()]

    return count


@pytest.mark.parametrize("write", [*STATEMENTS, *CALLS, *CHANGES])
def test_a_request_that_does_not_commit_is_an_error(write, visit, stored):
    with pytest.raises(UncommittedError, match="POST /visit ended without a commit") as error:
        visit(write)
    if write not in CHANGES:
        assert f"test_lost_writes.py:{write.__code__.co_firstlineno + 1} " in str(error.value)
    assert stored() == [0, 1, 0]


def test_a_hook_that_a_commit_would_run_is_an_error(visit):
    with pytest.raises(UncommittedError, match=r"before the commit: .*losses"):
        visit(count)


@pytest.mark.parametrize("write", [audit, enqueue, mail, tell, execute, set_attribute])
def test_it_is_named_in_development_and_the_page_is_shown(write, site, sites, stored, caplog):
    caplog.set_level(logging.WARNING)
    assert sites["development"].visit(write).status_code == 200
    [complaint] = [r.getMessage() for r in caplog.records if "without a commit" in r.getMessage()]
    assert "db.session.commit()" in complaint
    if write is not set_attribute:
        assert "test_lost_writes.py" in complaint
    assert stored() == [0, 1, 0]


def roll_back() -> None:
    execute()
    audit()
    db.session.rollback()


def roll_back_a_savepoint() -> None:
    savepoint = db.session.begin_nested()
    execute()
    savepoint.rollback()


def change_no_row() -> None:
    db.session.execute(RENAME.where(User.id == 0))
    db.session.execute(RENAME.where(User.id == 0).returning(User.id)).all()


def refuse() -> Any:
    execute()
    audit()
    return "No.", 422


def commit() -> None:
    audit()
    execute()
    db.session.commit()
    user()


@pytest.mark.parametrize(
    "harmless", [roll_back, roll_back_a_savepoint, change_no_row, refuse, commit]
)
def test_what_is_not_lost_is_no_error(harmless, visit):
    assert visit(harmless).status_code in (200, 422)


def test_a_response_that_writes_while_it_is_sent_is_looked_at_as_well(visit, stored):
    def stream():
        def lines():
            yield "a"
            execute()
            yield "b"

        return Response(stream_with_context(lines()))

    with pytest.raises(UncommittedError, match="POST /visit"):
        visit(stream).get_data()
    assert stored() == [0, 1, 0]


def test_a_command_that_does_not_commit_is_an_error(site):
    @site.app.cli.command("forgetful")
    def forgetful():
        enqueue()

    result = site.app.test_cli_runner().invoke(args=["forgetful"])
    assert isinstance(result.exception, UncommittedError)
    assert "INSERT INTO job" in str(result.exception)


def test_a_command_that_fails_says_why(site):
    @site.app.cli.command("failing")
    def failing():
        execute()
        raise RuntimeError("This is why.")

    result = site.app.test_cli_runner().invoke(args=["failing"])
    assert str(result.exception) == "This is why."


@pytest.mark.parametrize("write", [*STATEMENTS, begin, enqueue, mail, tell])
def test_a_get_that_writes_is_an_error(write, visit, stored):
    def write_and_commit():
        write()
        db.session.commit()

    with pytest.raises(ReadOnlyError, match=r"GET /visit.*POST.*with write_transaction\(\)"):
        visit(write_and_commit, "GET")
    assert stored() == [0, 1, 0]


@pytest.mark.parametrize("write", [add, set_attribute, delete])
def test_a_get_that_commits_a_change_is_an_error(write, visit):
    def write_and_commit():
        write()
        db.session.commit()

    with pytest.raises(ReadOnlyError):
        visit(write_and_commit, "GET")


def test_a_get_that_forgets_a_change_is_an_error(visit):
    with pytest.raises(UncommittedError):
        visit(set_attribute_of_current_user, "GET")


def test_what_is_read_beforehand_cannot_be_written(visit):
    def read_first():
        with read_transaction():
            execute()
        db.session.commit()

    with pytest.raises(ReadOnlyError, match=r"with read_transaction\(\)"):
        visit(read_first)


def test_a_change_made_while_reading_is_not_dropped(visit):
    def change_while_reading():
        with read_transaction():
            set_attribute()

    with pytest.raises(UncommittedError, match="read_transaction"):
        visit(change_while_reading)


def test_a_get_writes_where_it_says_so(visit, stored):
    def say_so():
        with write_transaction():
            execute()
            db.session.commit()

    assert visit(say_so, "GET").status_code == 200
    assert stored() == [1, 1, 0]


def test_it_commits_where_it_says_that_it_writes(visit):
    def forget():
        with write_transaction():
            execute()

    with pytest.raises(UncommittedError, match="write_transaction"):
        visit(forget, "GET")


@pytest.mark.parametrize("name", ["name", "nickname", "id"])
def test_the_user_of_a_request_cannot_be_changed(name, visit):
    def change():
        setattr(current_user, name, "Lost")

    with pytest.raises(AttributeError, match=f"current_user.user.{name}"):
        visit(change)


def test_nor_can_a_visitor(site):
    def change():
        current_user.name = "Lost"

    site.function = change
    with pytest.raises(AttributeError, match="current_user"):
        site.app.test_client().get("/look")
