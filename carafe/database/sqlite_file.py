"""The SQLite file behind an engine: it must exist, and stay the one that was opened.

SQLite finds a database's write-ahead log by name. Moving or replacing the database under a running
app separates the two: opening the path in the meantime would create an empty database, and SQLite
deletes the log beside an empty one, with every write that has not been copied into the database yet
(sqlite.org/howtocorrupt.html, sections 1.4 and 2.4). So only migrations create a database, and each
connection remembers which files it has open. If those are no longer the ones at the path, it is
closed before its next transaction, and commits nothing.
"""

import logging
import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from types import ModuleType
from typing import Any

from click import ClickException
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

log = logging.getLogger(__name__)

# Device and inode of the database, its log, and the log's index that processes share.
Inode = tuple[int, int]
Identity = tuple[Inode | None, Inode | None, Inode | None]

# SQLite's names of databases that aren't files.
IN_MEMORY = ("", ":memory:")

SQLITE_BUSY = 5
POLL_SECONDS = 0.01
# How often beginning a transaction checks for moved files; every commit does.
LOOK_SECONDS = 0.1

LEFT_LOG = (
    "{0} is missing or empty, and {0}-wal holds writes that belong to it. Put the database back. "
    "If it is lost for good, move the -wal file away."
)

_may_create: ContextVar[bool] = ContextVar("may_create", default=False)


@contextmanager
def creating(engine: Engine) -> Iterator[None]:
    """Let connections create a database that doesn't exist. For migrations.

    Raise `ClickException` if there is a log without its database, because creating one deletes it.
    """
    if is_missing(engine) and _size(f"{engine.url.database}-wal"):
        raise ClickException(LEFT_LOG.format(engine.url.database))
    token = _may_create.set(True)
    try:
        yield
    finally:
        _may_create.reset(token)


def files_of(engine: Engine) -> list[Path]:
    """Return the paths of database, log, and index of a SQLite file, whether or not they exist.

    For other databases, the list is empty.
    """
    name = engine.url.database or ""
    if engine.dialect.name != "sqlite" or name in IN_MEMORY:
        return []
    return [Path(path) for path in _files(name)]


def is_missing(engine: Engine) -> bool:
    """Return whether migrations have yet to create a SQLite database, and can."""
    files = files_of(engine)
    return bool(files) and _is_missing(str(files[0]))


# Keys of SQLAlchemy's `connection.info`.
ConnectionInfo = dict[str, Any]


class SQLiteFile:
    """The database file of an engine, and whether its connections still refer to it."""

    def __init__(self, name: str, driver: ModuleType, timeout: float):
        self.name = os.path.abspath(name)
        self.driver, self.timeout = driver, timeout
        # The files at the last check; None once they turned out to be different.
        self.identity: Identity | None = None
        self.looked = float("-inf")
        # The files opened last.
        self.last: Identity | None = None
        # One thread of a process waits for a deleted log; all of them would keep each other out.
        self.waiting = Lock()

    def address(self) -> str:
        """Return the URI of the file. Raises the driver's `OperationalError` if it is missing."""
        if not _may_create.get() and _is_missing(self.name):
            raise self.driver.OperationalError(f"the database {self.name} does not exist")
        self._refuse_foreign_log()
        if not self.waiting.acquire(timeout=self.timeout):
            raise self.driver.OperationalError(f"the database {self.name} is locked")
        try:
            self._wait_for_deleted_log()
        finally:
            self.waiting.release()
        return f"{Path(self.name).as_uri()}?mode={'rwc' if _may_create.get() else 'rw'}"

    def note(self, connection: sqlite3.Connection, info: ConnectionInfo) -> None:
        """Remember which files a new connection has open."""
        connection.execute("PRAGMA schema_version").fetchone()  # opens the log
        info["files"] = _files(self.name)
        info["identity"] = self.last = _identity(info["files"])
        self._confirm(self.last)

    def is_current(self, info: ConnectionInfo) -> bool:
        """Return whether a connection's files are still those at the path."""
        if info["identity"] != _identity(info["files"]):
            self.identity = None
            return False
        self._confirm(info["identity"])
        return True

    def was_current(self, info: ConnectionInfo) -> bool:
        """Return whether they were a moment ago, which is enough to begin a transaction."""
        is_fresh = monotonic() - self.looked < LOOK_SECONDS
        return (is_fresh and info["identity"] == self.identity) or self.is_current(info)

    def _confirm(self, identity: Identity) -> None:
        self.identity, self.looked = identity, monotonic()

    def _refuse_foreign_log(self) -> None:
        # SQLite would apply the log to a database that it doesn't belong to.
        path = os.path.realpath(self.name)
        if os.path.exists(path) and not _size(path) and _size(f"{path}-wal"):
            raise self.driver.OperationalError(LEFT_LOG.format(path))
        database, wal, _ = _identity(_files(self.name))
        if self.last and wal and self.last[0] != database and self.last[1] == wal:
            raise self.driver.OperationalError(
                f"the database {self.name} was replaced while the app ran, beside the log of the "
                "one before: put that one back, or move the -wal and -shm files away"
            )

    def _wait_for_deleted_log(self) -> None:
        # Without its log, a database is either closed, or in use by connections to a log that was
        # deleted under them. Those have it to themselves until the last one of all processes is
        # closed, which copies the log into the database. Two logs at the same time would corrupt
        # it.
        path = os.path.realpath(self.name)
        deadline = monotonic() + self.timeout
        while _size(path) and None in _identity(_files(self.name)):
            try:
                with closing(
                    self.driver.connect(f"{Path(path).as_uri()}?mode=rw", uri=True, timeout=0)
                ) as connection:
                    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                    connection.execute("PRAGMA schema_version").fetchone()
                return
            except self.driver.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != SQLITE_BUSY:
                    return  # such as a read-only disk, which the caller's own query reports
                if monotonic() > deadline:
                    raise
            # At random, or two processes could find each other in the way again and again.
            sleep(POLL_SECONDS * random.uniform(0.5, 3))  # noqa: S311  # nosec B311


def watch(engine: Engine, file: SQLiteFile) -> None:
    """Open the connections of `engine` through `file`, and discard those with other files."""

    @event.listens_for(engine, "do_connect")
    def connect(
        dialect: object, record: object, arguments: list[object], options: dict[str, object]
    ) -> None:
        arguments[0], options["uri"] = file.address(), True

    @event.listens_for(engine, "checkout")
    def checkout(connection: object, record: ConnectionPoolEntry, proxy: object) -> None:
        if not file.was_current(record.info):
            log.error("%s was moved, replaced, or lost its log", record.info["files"][0])
            engine.dispose()  # including idle ones: the files must not stay open
            raise DisconnectionError  # SQLAlchemy reconnects

    @event.listens_for(engine, "commit")
    def commit(connection: Connection) -> None:
        if not file.is_current(connection.info):
            cause = file.driver.OperationalError("the database was moved or replaced")
            raise OperationalError("COMMIT", None, cause)

    @event.listens_for(engine, "checkin")
    def checkin(connection: object, record: ConnectionPoolEntry) -> None:
        if record.info.get("identity") != file.identity:
            record.invalidate()


def _is_missing(path: str) -> bool:
    return os.path.isdir(os.path.dirname(os.path.abspath(path))) and not os.path.exists(path)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _files(name: str) -> tuple[str, str, str]:
    # SQLite names the log after the target of a symbolic link.
    path = os.path.realpath(name)
    return name, f"{path}-wal", f"{path}-shm"


def _identity(files: tuple[str, str, str]) -> Identity:
    return inode(files[0]), inode(files[1]), inode(files[2])


def inode(path: str | Path) -> Inode | None:
    """Return device and inode of a file, or None if it does not exist."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino
