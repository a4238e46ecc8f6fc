"""The counters of rate limits, in a separate SQLite file (`INSTANCE_PATH/limits.db`).

They are outside the requests' transactions: an attempt counts even if its request is rolled back.
"""

import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from carafe.database.sqlite import BUSY_TIMEOUT_SECONDS, sqlite_driver
from carafe.database.sqlite_file import inode

log = logging.getLogger(__name__)

SCHEMA_SQL = "CREATE TABLE IF NOT EXISTS hit (key TEXT PRIMARY KEY, count INT, expires REAL)"
READ = "SELECT count, expires FROM hit WHERE key = ? AND expires > ?"
INCREMENT_SQL = """
INSERT INTO hit VALUES (:key, :weight, :now + :period)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN expires > :now THEN count ELSE 0 END + :weight,
    expires = CASE WHEN expires > :now THEN expires ELSE :now + :period END
"""
REFUND = "UPDATE hit SET count = max(count - ?, 0) WHERE key = ?"
CLEAR = "DELETE FROM hit WHERE key >= ? AND key < ?"
PURGE_SQL = "DELETE FROM hit WHERE expires <= ?"
SQLITE_CORRUPT = {11, 26}  # SQLite's CORRUPT and NOTADB

T = TypeVar("T")


class Counter(NamedTuple):
    """A key's counter for a limit: at most `limit` attempts in `period` seconds.

    An attempt counts as much as its `weight`, such as the bytes of an upload.
    """

    limit: str
    key: str
    most: int
    period: float
    weight: int = 1


class Full(NamedTuple):
    """The limits that refuse an attempt, and when the last of them ends."""

    limits: list[str]
    expires: float


class Usage(NamedTuple):
    """A counter after an attempt: whether that was counted, the count, and when the window ends."""

    is_counted: bool
    value: int
    expires: float


class RateLimitStore:
    """Counters in a file that all processes of this machine share."""

    def __init__(self, path: Path):
        self.path = path
        self.local = threading.local()

    def full(self, counters: Sequence[Counter]) -> Full | None:
        """Return which of the counters are full, or None."""
        return self._use(lambda connection: self._full(connection, counters, time.time()))

    def spend(self, counters: Sequence[Counter], also: Sequence[Counter] = ()) -> Full | None:
        """Add to all counters; or, if some of `counters` are full, to none, and return them."""

        def count(connection: sqlite3.Connection) -> Full | None:
            now = time.time()
            if full := self._full(connection, counters, now):
                return full
            for counter in (*counters, *also):
                connection.execute(INCREMENT_SQL, counter._asdict() | {"now": now})
            if secrets.randbelow(100) == 0:
                connection.execute(PURGE_SQL, (now,))
            return None

        return self._write(count)

    def spend_one(self, counter: Counter) -> Usage:
        """Add to a counter unless it is full, and return what it is now."""

        def count(connection: sqlite3.Connection) -> Usage:
            now = time.time()
            rows = connection.execute(READ, (counter.key, now)).fetchall()
            number, expires = rows[0] if rows else (0, now + counter.period)
            if number + counter.weight > counter.most:
                return Usage(False, number, expires)
            connection.execute(INCREMENT_SQL, counter._asdict() | {"now": now})
            return Usage(True, number + counter.weight, expires)

        return self._write(count)

    def refund(self, counters: Iterable[Counter]) -> None:
        """Take an attempt from each counter."""
        keys = [(counter.weight, counter.key) for counter in counters]
        self._write(lambda connection: connection.executemany(REFUND, keys))

    def count(self, counter: Counter) -> int:
        """Return a counter's value."""
        values = counter.key, time.time()
        rows = self._use(lambda connection: connection.execute(READ, values).fetchall())
        return rows[0][0] if rows else 0

    def clear(self, prefix: str) -> None:
        """Reset the counters whose key starts with these hex digits."""
        self._write(lambda connection: connection.execute(CLEAR, (prefix, f"{prefix}g")))

    def probe(self) -> None:
        """Raise the driver's error, or an `OSError`, if nothing can be counted."""
        self._write(lambda connection: connection.execute(REFUND, (0, "")))

    def _full(
        self, connection: sqlite3.Connection, counters: Sequence[Counter], now: float
    ) -> Full | None:
        full = [
            (counter.limit, expires)
            for counter in counters
            # fetchall, not fetchone: the statement ends with its last row.
            for number, expires in connection.execute(READ, (counter.key, now)).fetchall()
            or [(0, now + counter.period)]
            if number + counter.weight > counter.most
        ]
        return Full([name for name, _ in full], max(e for _, e in full)) if full else None

    def _use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self._connection())
        except sqlite_driver().DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in SQLITE_CORRUPT:
                raise
            # Counts are worth less than a working login: start over.
            log.error("%s is corrupt, recreating it: %s", self.path, error)
            self.path.unlink(missing_ok=True)
            return work(self._connection())

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in a transaction that blocks other processes."""

        def transaction(connection: sqlite3.Connection) -> T:
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
                connection.execute("COMMIT")
                return result
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

        return self._use(transaction)

    def _connection(self) -> sqlite3.Connection:
        # If the file was moved, deleted, or replaced, reopen it: all processes have to use the same
        # one.
        if not hasattr(self.local, "connection") or self.local.inode != inode(self.path):
            self.local.__dict__.clear()
            connection = sqlite_driver().connect(
                self.path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None
            )
            # Waiting for the disk takes 150 times as long as counting, and only a power failure can
            # lose counts or damage the file, which is then recreated.
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(SCHEMA_SQL)
            self.local.connection, self.local.inode = connection, inode(self.path)
        current: sqlite3.Connection = self.local.connection
        return current
