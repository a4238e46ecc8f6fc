"""The cast, their browsers, and a server for what needs several processes."""

import gc
import os
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from app import create_app
from app.auth.models import User
from carafe.auth import passwords
from carafe.database import db
from carafe.mail import outbox
from carafe.observability import store
from carafe.time import now
from tests import groups
from tests.clock import change_limits
from tests.database import database_for, empty_database, empty_tables
from tests.http import Browser
from tests.mailbox import Mailbox
from tests.second_factor import Clock
from tests.server import Server
from tests.sessions import open_session

PASSWORD = "carafe under the apple tree"
# Nobody calls it: tests/auth/oauth has one that answers.
ACME = {"client_id": "x", "client_secret": "y", "issuer": "https://acme.example"}
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
REAL_HASHER = passwords._hasher


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--copies", action="store_true", help="only tests of changed copies")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests of changed copies of the project to `bin/ci`: they take a minute."""
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        is_copy = item.get_closest_marker("copies") is not None
        (chosen if is_copy == config.getoption("--copies") else others).append(item)
    items[:] = chosen
    config.hook.pytest_deselected(items=others)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> Any:
    if groups.missing_group(module_path):
        return groups.SkippedModule.from_parent(parent, path=module_path)
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for line in groups.summary(str(report.longrepr) for report in skipped):
        terminalreporter.write_line(line, yellow=True)


def pytest_collection_finish() -> None:
    """Keep the garbage collector away from imported objects: saves 8% of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


for name in list(os.environ):
    # A developer's own settings must not decide a test; only the database may be chosen.
    if name in {
        "SECRET_KEY", "TRUSTED_HOSTS", "TRUSTED_PROXIES", "PUBLIC_URL", "MAIL_URL", "STORAGE_URL",
    }:  # fmt: skip
        del os.environ[name]


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("instance")


@pytest.fixture(scope="session", autouse=True)
def _database_of_worker(worker_id: str) -> Iterator[None]:
    """Give each of several pytest processes a PostgreSQL database of its own."""
    url = os.environ.get("DATABASE_URL")
    if not url or worker_id == "master":
        yield
        return
    with database_for(worker_id, url) as os.environ["DATABASE_URL"]:
        yield


@pytest.fixture(scope="session")
def application(instance: Path) -> Iterator[Flask]:
    """One app and one migrated database for all tests: on SQLite, or where DATABASE_URL says."""
    app = create_app(
        {
            "APP_ENV": "testing",
            "INSTANCE_PATH": str(instance),
            "DATABASE_URL": os.environ.get("DATABASE_URL"),
            "PUBLIC_URL": "http://localhost",
            # Tests run them when they look at what came of them.
            "JOBS_IN_WEB": False,
            # What is off by default has routes, too, for those tests that walk all of them.
            "MAGIC_LINK": True,
            "OAUTH_PROVIDERS": {} if groups.is_missing("oauth") else {"acme": ACME},
        }
    )
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()
        store.get_store().engine.dispose()


@pytest.fixture
def app(application: Flask) -> Flask:
    """The app with an empty database, no mails and unspent limits."""
    with application.app_context():
        empty_tables()
    for file in Path(application.instance_path).glob("mail/*.eml"):
        file.unlink()
    change_limits(Path(application.instance_path), "DELETE FROM hit")
    return application


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    return Mailbox(Path(app.instance_path) / "mail", app)


@pytest.fixture
def browser(app: Flask) -> Callable[[], Browser]:
    """Opens another browser, with cookies of its own."""
    return lambda: Browser(app.test_client())


@pytest.fixture
def visitor(browser: Callable[[], Browser]) -> Browser:
    return browser()


@pytest.fixture(scope="session", autouse=True)
def _cheap_hashes() -> Iterator[None]:
    """A hash costs 24 ms on purpose; hundreds of log-ins need not. `real_hashes` undoes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", CHEAP_HASHER)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_head_start() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outbox, "ENQUEUE_DELAY", timedelta())
        yield


@pytest.fixture
def real_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", REAL_HASHER)


@pytest.fixture(scope="session")
def password_hash(_cheap_hashes: None) -> str:
    return passwords.hash(PASSWORD)


@pytest.fixture
def person(app: Flask, password_hash: str) -> Callable[..., User]:
    """Makes a user with a confirmed address and the password `PASSWORD`."""

    def make(email: str, **fields: Any) -> User:
        with app.app_context():
            fields = {"confirmed_at": now()} | fields
            user = User.register(email, password_hash, **fields)
            db.session.commit()
            return user

    return make


@pytest.fixture
def alice(person: Callable[..., User]) -> User:
    return person("alice@example.com", name="Alice")


@pytest.fixture
def bob(person: Callable[..., User]) -> User:
    """Somebody else, who must see nothing of Alice's."""
    return person("bob@example.com", name="Bob")


@pytest.fixture
def carol(person: Callable[..., User]) -> User:
    return person("carol@example.com", name="Carol", role="admin")


@pytest.fixture
def dave(person: Callable[..., User]) -> User:
    return person("dave@example.com", name="Dave", suspended_at=now())


@pytest.fixture
def erin(person: Callable[..., User]) -> User:
    """Registered, and has not confirmed her address."""
    return person("erin@example.com", name="Erin", confirmed_at=None)


@pytest.fixture
def log_in(browser: Callable[[], Browser]) -> Callable[..., Browser]:
    """Logs a user in through the form, in a browser of their own."""

    def submit(user: User, **fields: Any) -> Browser:
        opened = browser()
        response = opened.submit(
            "/auth/login", {"email": user.email, "password": PASSWORD} | fields
        )
        assert response.status_code == 303, response.text
        return opened

    return submit


@pytest.fixture
def sign_in(app: Flask) -> Callable[[User], Browser]:
    """Opens a session for a user, in a browser of their own, without the form.

    For tests that are about something else: it costs a quarter of what `log_in` does. No second
    factor is asked for.
    """
    return partial(open_session, app)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time by which codes of authenticator apps are made and checked: it stands still."""
    made = Clock()
    monkeypatch.setattr("carafe.auth.totp.current_step", made)
    return made


@pytest.fixture
def challenge(browser: Callable[[], Browser]) -> Callable[..., Browser]:
    """A browser in which somebody typed a user's password, and is asked for the second factor."""

    def enter(user: User, path: str = "/auth/login", **fields: Any) -> Browser:
        opened = browser()
        answer = opened.submit(path, {"email": user.email, "password": PASSWORD} | fields)
        assert answer.location.startswith("/auth/second-factor"), answer.text
        return opened

    return enter


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with empty_database(folder) as url:
        server = Server(folder, {"DATABASE_URL": url, "MAGIC_LINK": "yes", "WEB_THREADS": "8"})
        server.start()
        yield server
        server.stop()


@pytest.fixture
def running(shared_server: Server) -> Server:
    """gunicorn with two processes and unspent limits, shared by tests: accounts stay from others.

    On a database of its own: a file, or a schema where DATABASE_URL says.
    """
    change_limits(shared_server.folder, "DELETE FROM hit")
    return shared_server


@pytest.fixture
def email() -> str:
    """An address that no other test has."""
    return f"alice-{secrets.token_hex(4)}@example.com"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts gunicorn with an empty database of its own; `server(APP_ENV="production")`."""
    started: list[Server] = []

    def start(**environ: str) -> Server:
        folder = tmp_path / secrets.token_hex(4)
        started.append(Server(folder, environ))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()
