"""The app that all tests share, and others on its database with different settings."""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event, text
from sqlalchemy.pool import ConnectionPoolEntry
from werkzeug.test import TestResponse

from carafe.database import db
from carafe.observability import store
from carafe.testing.clock import change_limits
from carafe.testing.database import empty_tables
from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox
from carafe.testing.suite import suite

SITE = "https://example.org"
PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": "a key of the tests, long enough to be one",
    "TRUSTED_HOSTS": ["example.org"],
    "LOG_LEVEL": "ERROR",
    "MAIL_URL": "file:",
}


# Tests run jobs, and write observations, when they check the results.
QUIET = {"APP_ENV": "testing", "JOBS_IN_WEB": False, "RECORDER_SAMPLE_RATE": 0}


@contextmanager
def another_app(app: Flask, **settings: object) -> Iterator[Flask]:
    """Yield an app beside `app`, with the same data and other settings."""
    database = {"DATABASE_URL": os.environ.get("DATABASE_URL")}
    with app_in(app.instance_path, **database | settings) as made:
        yield made


@contextmanager
def app_in(instance: str, **settings: object) -> Iterator[Flask]:
    """Yield an app with other settings, whose local state is in the folder `instance`."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    made = suite().create_app({**QUIET, "INSTANCE_PATH": instance, **settings})
    # Compiling the templates takes longer than most tests.
    made.jinja_env.bytecode_cache = FileSystemBytecodeCache(
        # Compiled templates contain the URLs of static files.
        instance,
        f"%s.{made.debug}.{made.config['APPLICATION_ROOT'][1:]}.jinja",
    )
    try:
        yield made
    finally:
        with made.app_context():
            db.engine.dispose()
            store.get_store().close()
        if connection := getattr(made.extensions["limits"].local, "connection", None):
            connection.close()
        root.handlers = handlers
        root.setLevel(level)


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("instance")


@pytest.fixture(scope="session")
def application(instance: Path, database_url: str | None) -> Iterator[Flask]:
    """Create the app and the migrated database of all tests: SQLite, or DATABASE_URL."""
    app = suite().create_app(
        {
            "APP_ENV": "testing",
            "INSTANCE_PATH": str(instance),
            "DATABASE_URL": database_url,
            "PUBLIC_URL": "http://localhost",
            # Tests run jobs when they check the results.
            "JOBS_IN_WEB": False,
            **suite().settings,
        }
    )
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
        else:
            event.listen(db.engine, "connect", _turn_off_syncing)
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()
        store.get_store().engine.dispose()


def _turn_off_syncing(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    """Turn off syncing: nothing has to survive a power failure, as in `bin/postgres`."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def clean_instance(instance: Path) -> Path:
    """Return the folder of local state, with no emails and fresh rate limits."""
    for file in instance.glob("mail/*.eml"):
        file.unlink()
    change_limits(instance, "DELETE FROM hit")
    return instance


@pytest.fixture
def app(application: Flask, clean_instance: Path) -> Flask:
    """Return the app with an empty database, no emails, and fresh rate limits."""
    with application.app_context():
        empty_tables()
    application.extensions["visitor_pages"].clear()
    return application


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    return Mailbox(Path(app.instance_path) / "mail", app)


@pytest.fixture
def browser(app: Flask) -> Callable[[], Browser]:
    """Open another browser, with its own cookies."""
    return lambda: Browser(app.test_client())


@pytest.fixture
def visitor(browser: Callable[[], Browser]) -> Browser:
    return browser()


@pytest.fixture
def make_app(clean_instance: Path, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Create an app with an empty SQLite database in `tmp_path`, whatever DATABASE_URL is."""
    with ExitStack() as stack:

        def make(**settings: object) -> Flask:
            own_settings = {"DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}"} | settings
            return stack.enter_context(app_in(str(clean_instance), **own_settings))

        yield make


@pytest.fixture(scope="module")
def development(application: Flask) -> Iterator[Flask]:
    """Create the app as a developer runs it, shared by the tests of a module."""
    with another_app(application, APP_ENV="development", LOG_LEVEL="ERROR") as made:
        yield made


@pytest.fixture
def developer(app: Flask, development: Flask) -> Browser:
    return Browser(development.test_client())


class SecureBrowser(Browser):
    """A browser that opens the site as in production: over HTTPS, by its name."""

    def get(self, path: str, **options: object) -> TestResponse:
        return super().get(path, **{"base_url": SITE} | options)

    def post(self, path: str, data: object = None, **options: object) -> TestResponse:
        return super().post(path, data, **{"base_url": SITE} | options)


@pytest.fixture(scope="module")
def production(application: Flask) -> Iterator[Flask]:
    """Create the app as it runs in production, on the same database, shared by a module's tests."""
    with another_app(application, **PRODUCTION) as made:
        yield made


@pytest.fixture
def secure(app: Flask, production: Flask) -> SecureBrowser:
    """Return a browser that opens the app as in production."""
    return SecureBrowser(production.test_client())
