"""Where observations are kept: apart from the app's data, bounded, and free to lose.

On SQLite a file of its own, `observations.db`, so that recording never waits for the app's writers
nor they for it. On PostgreSQL a schema of its own, `observations`, which several machines share.

What is in it: `tables.py`.
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
# SQLite's READONLY (made by another user, or gone), CORRUPT and NOTADB.
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
    """Tables that are made when they are first used, and recreated when they cannot be."""

    def __init__(self, app: Flask):
        self.path = Path(app.instance_path) / "observations.db"
        self.user = app.config["SQLALCHEMY_DATABASE_URI"].username or "the app's user"
        self._lock = Lock()
        self._engine: Engine | None = None
        self._file: int | None = None
        self.pruned_at = 0

    @property
    def engine(self) -> Engine:
        """Needs an app context. Raises `SQLAlchemyError` if nothing can be kept."""
        return self._opened() or self._open()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """To read, for pages: where nothing can be kept they are 503, and say why."""
        try:
            connection = self.engine.connect()
        except DatabaseError as error:
            raise ServiceUnavailable(f"Recording is off: {self.error_hint(error)}") from error
        with connection:
            yield connection

    @contextmanager
    def write_transaction(self) -> Iterator[Connection]:
        """A transaction. When the file turns out to be damaged it is recreated, and this fails."""
        try:
            with self.engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SET LOCAL statement_timeout = {TIMEOUT_SECONDS}000"))
                    # Machines that write and prune at once could wait for each other in a ring.
                    connection.execute(text(LOCK_SQL))
                yield connection
        except DatabaseError as error:
            self._recreate(error)
            raise

    def error_hint(self, error: Exception) -> str:
        """What keeps observations from being kept, and what helps."""
        reason = root_cause(error).partition("\n")[0]
        if getattr(getattr(error, "orig", None), "sqlstate", None) != PG_NOT_ALLOWED:
            return reason
        remedy = f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {self.user}"
        return f"{reason}. Ask the database owner to run: {remedy}"

    def close(self) -> None:
        """Close its connections. It is opened again when it is used."""
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
            # Observations may be lost with the power; no page waits for a disk.
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA journal_size_limit=8388608")
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                with queue.locked():  # as for the app's own file
                    connection.execute("PRAGMA journal_mode=WAL")

        return engine

    def _recreate(self, error: DatabaseError) -> bool:
        """Remove a file that is damaged, or another user's. False: there can be no other."""
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF not in UNUSABLE:
            return False
        self.close()
        if self._file == self._inode():  # or else another process was faster: its file is to stay
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
        # Processes start at the same time, and IF NOT EXISTS is not safe against that.
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
    """The store of an app, by default of the current one."""
    store: Store = (app or current_app).extensions["observations"]
    return store


def init_app(app: Flask) -> None:
    app.extensions["observations"] = Store(app)
