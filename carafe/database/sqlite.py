"""SQLite: which library is used, and how its connections are set up."""

import sqlite3
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from carafe.database.search_tokens import matches_terms
from carafe.database.sqlite_file import IN_MEMORY, SQLiteFile, watch
from carafe.database.transactions import WRITES, mode
from carafe.database.write_queue import WriteQueue

BUSY_TIMEOUT_SECONDS = 5

# Before this release, two connections that write and checkpoint at the same instant can corrupt a
# database in WAL mode (sqlite.org/wal.html, "the WAL-reset bug").
MIN_SQLITE_VERSION = (3, 51, 3)

PRAGMAS = """
PRAGMA synchronous=NORMAL;
PRAGMA foreign_keys=ON;
PRAGMA journal_size_limit=67108864;
PRAGMA temp_store=MEMORY;
PRAGMA secure_delete=ON;
"""


def sqlite_driver() -> ModuleType:
    """Return Python's SQLite, or the `pysqlite3` package's if that is newer and ours is unsafe."""
    if sqlite3.sqlite_version_info < MIN_SQLITE_VERSION:
        try:
            from pysqlite3 import dbapi2
        except ImportError:
            return sqlite3
        if dbapi2.sqlite_version_info > sqlite3.sqlite_version_info:
            return dbapi2  # type: ignore[no-any-return]
    return sqlite3


def sqlite_options() -> dict[str, object]:
    # isolation_level=None: we begin transactions, not the driver.
    return {
        "module": sqlite_driver(),
        "connect_args": {"isolation_level": None, "timeout": BUSY_TIMEOUT_SECONDS},
    }


def configure_sqlite(engine: Engine) -> None:
    """Set up every connection of `engine`, and begin transactions in the requested mode."""
    queue = WriteQueue(engine.url.database, BUSY_TIMEOUT_SECONDS)
    file = None
    if (name := engine.url.database or "") not in IN_MEMORY:
        file = SQLiteFile(name, sqlite_driver(), BUSY_TIMEOUT_SECONDS)
        watch(engine, file)

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        connection.executescript(PRAGMAS)
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            # Set once and stored in the file. Several processes that set it at the same time get
            # "database is locked" without waiting, so they use a lock.
            with queue.locked():
                connection.execute("PRAGMA journal_mode=WAL")
        register_sqlite_functions(connection)
        if file:
            file.note(connection, record.info)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if mode() == WRITES:
            queue.begin(connection)
        else:
            # Bypass SQLAlchemy, which takes longer than SQLite takes for the query.
            connection.connection.execute("BEGIN")

    # A connection in the pool has no transaction, nor has a closed one.
    @event.listens_for(engine, "checkin")
    @event.listens_for(engine, "close")
    @event.listens_for(engine, "close_detached")
    def leave(connection: sqlite3.Connection | None, *record: object) -> None:
        queue.release(connection)


def register_sqlite_functions(connection: sqlite3.Connection) -> None:
    """Register functions that statements can call on SQLite."""
    # SQLite's own lower() supports only ASCII: a search for "ärger" would miss "Ärger".
    connection.create_function("lower", 1, _lower, deterministic=True)
    connection.create_function("has_words", -1, matches_terms, deterministic=True)


def _lower(value: object) -> Any:
    return value.lower() if isinstance(value, str) else value
