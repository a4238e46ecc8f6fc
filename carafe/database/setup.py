"""Connects the app to its database."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask, has_app_context, has_request_context
from sqlalchemy import event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, SessionTransaction

from carafe.config import ConfigError, missing_group
from carafe.database import lost_writes
from carafe.database.base import db, get_recorded_queries
from carafe.database.sqlite import BUSY_TIMEOUT_SECONDS, configure_sqlite, sqlite_options
from carafe.database.sqlite_file import IN_MEMORY
from carafe.database.transactions import takes_write_lock

# Threads limit the number of connections: each has one at a time. With a pool smaller than a
# worker's threads, a job would wait for others to end, or lose its lease.
POOL_OPTIONS = {"max_overflow": -1}
POSTGRESQL_OPTIONS = {
    "pool_pre_ping": True,
    "connect_args": {"connect_timeout": BUSY_TIMEOUT_SECONDS},
}


def init_app(app: Flask) -> None:
    instance = Path(app.instance_path)
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"INSTANCE_PATH must be a writable directory: {error}.",
            "Create it, or make it writable for the app's user.",
        ) from None
    url = database_url(app.config["DATABASE_URL"] or f"sqlite:///{instance / 'app.db'}")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        # Errors are logged with their statement, but without users' text and password hashes.
        "hide_parameters": not app.debug,
        # An in-memory database has one connection, which all share.
        **(POOL_OPTIONS if (url.database or "") not in IN_MEMORY else {}),
        **(sqlite_options() if url.get_backend_name() == "sqlite" else POSTGRESQL_OPTIONS),
    }
    db.init_app(app)
    if app.config["SQLALCHEMY_RECORD_QUERIES"] and not event.contains(*_FORGET_QUERIES):
        event.listen(*_FORGET_QUERIES)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            configure_sqlite(db.engine)
        if app.config["APP_ENV"] != "production":
            lost_writes.init_app(app, db.session)
            lost_writes.watch(db.engine, takes_write_lock)


def _forget_queries(session: Session, transaction: SessionTransaction) -> None:
    """Drop recorded queries outside requests, where no toolbar shows them.

    A command that adds a million rows would keep them all in memory.
    """
    if transaction.parent is None and has_app_context() and not has_request_context():
        get_recorded_queries().clear()


_FORGET_QUERIES: tuple[type[Session], str, Callable[..., None]] = (
    Session,
    "after_transaction_end",
    _forget_queries,
)


def database_url(text: str) -> URL:
    """Read a database URL; `postgres://` and `postgresql://` mean psycopg 3."""
    url = make_url(text)
    if url.drivername.startswith("sqlite"):
        return url
    try:
        from psycopg import ProgrammingError, conninfo
    except ImportError:
        raise missing_group("DATABASE_URL", "postgres") from None
    try:
        conninfo.make_conninfo(**{name: str(value) for name, value in url.query.items()})
    except ProgrammingError as error:
        raise ConfigError(
            f"Invalid DATABASE_URL: {error}.", "Use only parameters that libpq supports."
        ) from None
    return url.set(drivername="postgresql+psycopg")
