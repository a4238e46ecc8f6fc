"""Rate limits that hold exactly, however many worker processes count.

The counters are in a SQLite file of their own (`INSTANCE_PATH/limits.db`), outside of the
requests' transactions: an attempt counts even when what it attempted is rolled back.
"""

import hashlib
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_network
from math import ceil
from pathlib import Path
from typing import NamedTuple, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

from carafe.database.sqlite import BUSY_TIMEOUT_SECONDS, sqlite_driver
from carafe.database.sqlite_file import inode
from carafe.network import embedded_ipv4, parse_ip
from carafe.security.refusals import note_refusal

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
DIGEST_LENGTH = 32  # hex digits, thus 128 bits, of each part of a key

# One customer has anything from a /64 to a /48 of IPv6 (RFC 6177). The wider a network, the more
# people may share it, so it may do more than the narrower ones in it, but not many times more.
IPV6_NETWORKS = ((64, 1.0), (56, 1.5), (48, 2.0))

T = TypeVar("T")


class LimitReachedError(TooManyRequests):
    """An attempt too many. `limits` are the names of the limits that refuse it."""

    def __init__(self, limits: Iterable[str], retry_after: int):
        super().__init__(retry_after=retry_after)
        self.limits = sorted(set(limits))


@dataclass(frozen=True)
class Client:
    """Who is asking: the networks that count for them, and how many times a limit each may reach.

    An IPv4 address is one; an IPv6 address is its /64, /56, and /48.
    """

    networks: tuple[tuple[str, float], ...]


def client_key() -> Client:
    """Return the client of this request."""
    text = request.remote_addr or "unknown"
    address = parse_ip(text)
    if address is None:
        return Client(((text, 1.0),))
    address = embedded_ipv4(address) or address
    if isinstance(address, IPv6Address):
        return Client(
            tuple((str(ip_network((address, bits), False)), share) for bits, share in IPV6_NETWORKS)
        )
    return Client(((str(address), 1.0),))


class Counter(NamedTuple):
    """What one key has of one limit: at most `most` attempts in `period` seconds.

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


@dataclass(frozen=True)
class RateLimit:
    """At most `amount` attempts by one key in each window of `period`, from the first on.

    A key is a text, a `client()`, or a text and a client; of a wide network more is allowed.
    """

    name: str
    amount: int
    period: timedelta

    def spend(self, *key: str | Client, weight: int = 1) -> None:
        """Count an attempt by `key`, or raise `LimitReachedError` if none is left (429).

        Spend before the attempt is made: of any number made at once, no more than `amount` pass.
        """
        Attempt(self.counters(*key, weight=weight)).spend()

    def check(self, *key: str | Client) -> None:
        """Raise `LimitReachedError` if `key` has no attempt left; count nothing."""
        Attempt(self.counters(*key)).check()

    def take(self, *key: str | Client) -> bool:
        """Count an attempt by `key`; return False, and count nothing, if none is left."""
        return _counters().spend(self.counters(*key)) is None

    def refund(self, *key: str | Client, weight: int = 1) -> None:
        """Take an attempt by `key` back: it was good."""
        Attempt(self.counters(*key, weight=weight)).refund()

    def count(self, *key: str | Client) -> int:
        """Return how many attempts by `key` there are in this window."""
        return max(map(_counters().count, self.counters(*key)))

    def clear(self, key: str) -> None:
        """Forget all attempts by a text, and by it and any client."""
        _counters().clear(self._digest(key))

    def counters(self, *key: str | Client, weight: int = 1) -> list[Counter]:
        """Return the counters of a key, for an `Attempt` that falls under several limits."""
        shares: list[tuple[list[str], float]] = [([], 1.0)]
        for part in key:
            networks = part.networks if isinstance(part, Client) else ((part, 1.0),)
            shares = [([*texts, n], s * share) for texts, s in shares for n, share in networks]
        seconds = self.period.total_seconds()
        return [
            Counter(self.name, self._digest(*texts), int(self.amount * share), seconds, weight)
            for texts, share in shares
        ]

    def _digest(self, *texts: str) -> str:
        # Hashed: people's addresses are not kept readable beside their failures. Part by part:
        # the counters of an address begin alike, whatever network they are for.
        return "".join(
            hashlib.sha256(f"{self.name}:{text}".encode("utf-8", "replace")).hexdigest()[
                :DIGEST_LENGTH
            ]
            for text in texts
        )


@dataclass(frozen=True)
class Attempt:
    """An attempt that counts for all of `counters` or, if one of them refuses it, for none.

    It counts for those in `also` too, whatever they say.
    """

    counters: Sequence[Counter]
    also: Sequence[Counter] = ()

    def check(self) -> None:
        """Raise `LimitReachedError` if the attempt would be refused; count nothing."""
        self._raise(_counters().full(self.counters))

    def spend(self) -> None:
        """Count the attempt. Raises `LimitReachedError`."""
        self._raise(_counters().spend(self.counters, self.also))

    def refund(self) -> None:
        """Take the attempt back: it was good."""
        _counters().refund([*self.counters, *self.also])

    def _raise(self, full: Full | None) -> None:
        if full:
            note_refusal("limit.reached", ",".join(sorted(set(full.limits))).replace(" ", "_"))
            raise LimitReachedError(full.limits, max(1, ceil(full.expires - time.time())))


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

    def refund(self, counters: Iterable[Counter]) -> None:
        """Take an attempt from each counter."""
        keys = [(counter.weight, counter.key) for counter in counters]
        self._write(lambda connection: connection.executemany(REFUND, keys))

    def count(self, counter: Counter) -> int:
        """Return what a counter has reached."""
        values = counter.key, time.time()
        rows = self._use(lambda connection: connection.execute(READ, values).fetchall())
        return rows[0][0] if rows else 0

    def clear(self, prefix: str) -> None:
        """Forget the counters whose key begins with this many hex digits."""
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
            # Counts are worth less than a log-in that works: start over.
            log.error("%s is damaged and made anew: %s", self.path, error)
            self.path.unlink(missing_ok=True)
            return work(self._connection())

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in a transaction that holds off other processes."""

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
        # A file that was moved, deleted, or replaced: all processes have to count in the same one.
        if not hasattr(self.local, "connection") or self.local.inode != inode(self.path):
            self.local.__dict__.clear()
            connection = sqlite_driver().connect(
                self.path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None
            )
            # Waiting for the disk takes 150 times as long as counting, and only a power failure can
            # lose counts or damage the file, which is then created again.
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(SCHEMA_SQL)
            self.local.connection, self.local.inode = connection, inode(self.path)
        current: sqlite3.Connection = self.local.connection
        return current


def _counters() -> RateLimitStore:
    counters: RateLimitStore = current_app.extensions["limits"]
    return counters


def init_app(app: Flask) -> None:
    app.extensions["limits"] = RateLimitStore(Path(app.instance_path) / "limits.db")
