"""The database of observations: separate from the app's data, bounded, and expendable.

On SQLite, it is a file, `observations.db`, so that recording and the app's writers never wait for
each other. On PostgreSQL, it is a schema, `observations`, which several machines share. `tables.py`
has its tables.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from flask import Flask, current_app
from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.exc import DatabaseError
from werkzeug.exceptions import ServiceUnavailable

from carafe.checks import root_cause
from carafe.database import db
from carafe.database.sqlite import sqlite_driver
from carafe.database.write_queue import WriteQueue
from carafe.observability.tables import (
    VERSION,
    bucket_midpoint_us,
    bucket_of,
    error_count,
    exception,
    exception_count,
    merge_bucket,
    metadata,
    repeated,
    request_count,
    slow_request,
    statement,
    version,
)

log = logging.getLogger(__name__)

SCHEMA = "observations"
LOCK_SQL = "SELECT pg_advisory_xact_lock(hashtext('observations'))"
TIMEOUT_SECONDS = 5
# SQLite's READONLY (created by another user, or deleted), CORRUPT, and NOTADB.
UNUSABLE = {8, 11, 26}
PG_NOT_ALLOWED = "42501"

__all__ = [
    "VERSION",
    "Store",
    "bucket_midpoint_us",
    "bucket_of",
    "error_count",
    "exception",
    "exception_count",
    "get_store",
    "merge_bucket",
    "metadata",
    "repeated",
    "request_count",
    "slow_request",
    "statement",
    "version",
]


class Store:
    """Tables that are created on first use, and recreated if they are damaged."""

    def __init__(self, app: Flask):
        self.path = Path(app.instance_path) / "observations.db"
        self.user = app.config["SQLALCHEMY_DATABASE_URI"].username or "the app's user"
        self._lock = Lock()
        self._engine: Engine | None = None
        self._file: int | None = None
        self.pruned_at = 0

    @property
    def engine(self) -> Engine:
        """Return the engine.

        Needs an app context. Raise `SQLAlchemyError` if nothing can be stored.
        """
        return self._opened() or self._open()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Connect for reading, for pages.

        If nothing can be stored, they respond with 503 and the reason.
        """
        try:
            connection = self.engine.connect()
        except DatabaseError as error:
            raise ServiceUnavailable(f"Recording is off: {self.error_hint(error)}") from error
        with connection:
            yield connection

    @contextmanager
    def write_transaction(self) -> Iterator[Connection]:
        """Run a transaction.

        If the file turns out to be damaged, it is recreated, and this fails.
        """
        try:
            with self.engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SET LOCAL statement_timeout = {TIMEOUT_SECONDS}000"))
                    # Machines that write and prune at the same time could deadlock.
                    connection.execute(text(LOCK_SQL))
                yield connection
        except DatabaseError as error:
            self._recreate(error)
            raise

    def error_hint(self, error: Exception) -> str:
        """Return why observations can't be stored, and what helps."""
        reason = root_cause(error).partition("\n")[0]
        if getattr(getattr(error, "orig", None), "sqlstate", None) != PG_NOT_ALLOWED:
            return reason
        remedy = f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {self.user}"
        return f"{reason}. Ask the database owner to run: {remedy}"

    def close(self) -> None:
        """Close its connections. It reopens when it is used."""
        engine, self._engine = self._engine, None
        if engine:
            engine.dispose()

    def _opened(self) -> Engine | None:
        engine = self._engine
        return engine if self._file == self._inode() else None

    def _open(self) -> Engine:
        with self._lock:
            if engine := self._opened():  # by another thread, in the meantime
                return engine
            self.close()
            self._file = self._inode()
            engine = self._sqlite() if db.engine.dialect.name == "sqlite" else _postgresql()
            try:
                _create(engine)
            except DatabaseError as error:
                engine.dispose()
                if not self._recreate(error):
                    raise
                _create(engine)
            self._engine = engine
            self._file = self._inode()
            return engine

    def _sqlite(self) -> Engine:
        engine = create_engine(
            f"sqlite:///{self.path}",
            module=sqlite_driver(),
            connect_args={"timeout": TIMEOUT_SECONDS},
            hide_parameters=True,
        )
        queue = WriteQueue(str(self.path), TIMEOUT_SECONDS)

        @event.listens_for(engine, "connect")
        def connect(connection: sqlite3.Connection, record: object) -> None:
            # Observations may be lost in a power failure; no page waits for a disk.
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA journal_size_limit=8388608")
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                with queue.locked():  # as for the app's own file
                    connection.execute("PRAGMA journal_mode=WAL")

        return engine

    def _recreate(self, error: DatabaseError) -> bool:
        """Remove a file that is damaged or another user's. Return False if it can't be replaced."""
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF not in UNUSABLE:
            return False
        self.close()
        if self._file == self._inode():  # otherwise another process was faster: its file must stay
            try:
                for suffix in ("", "-wal", "-shm"):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            except OSError:
                return False
            log.error("%s is unusable, recreating it: %s", self.path, error.orig)
        return True

    def _inode(self) -> int | None:
        if self._engine and self._engine.dialect.name != "sqlite":
            return None
        try:
            return self.path.stat().st_ino
        except FileNotFoundError:
            return -1


def _postgresql() -> Engine:
    return create_engine(
        db.engine.url,
        pool_size=2,
        max_overflow=2,
        pool_pre_ping=True,
        connect_args={"connect_timeout": TIMEOUT_SECONDS},
        hide_parameters=True,
        execution_options={"schema_translate_map": {None: SCHEMA}},
    )


def _create(engine: Engine) -> None:
    schema = SCHEMA if engine.dialect.name == "postgresql" else None
    with engine.begin() as connection:
        # Processes start at the same time, and IF NOT EXISTS doesn't prevent that race.
        if schema:
            connection.execute(text(LOCK_SQL))
            if not inspect(connection).has_schema(schema):
                connection.execute(text(f"CREATE SCHEMA {schema}"))
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        if inspect(connection).has_table("version", schema=schema):
            if connection.scalar(select(version.c.version)) == VERSION:
                return
            metadata.drop_all(connection)
        metadata.create_all(connection)
        connection.execute(version.insert().values(version=VERSION))


def get_store(app: Flask | None = None) -> Store:
    """Return the store of an app, by default the current one."""
    store: Store = (app or current_app).extensions["observations"]
    return store


def init_app(app: Flask) -> None:
    app.extensions["observations"] = Store(app)
