"""Rate limits that hold exactly, however many worker processes count.

The counters stand in a SQLite file of their own (`INSTANCE_PATH/limits.db`), outside of the
requests' transactions: an attempt counts even when what it attempted is rolled back.
"""

import hashlib
import logging
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

from app.core.database import BUSY_TIMEOUT_SECONDS, sqlite_driver

log = logging.getLogger(__name__)

SCHEMA = "CREATE TABLE IF NOT EXISTS hit (key TEXT PRIMARY KEY, count INT, expires REAL)"
# One statement, so that two workers can neither both miss the other's count nor lose one.
COUNT = """
INSERT INTO hit VALUES (:key, max(:amount, 0), :now + :period)
ON CONFLICT (key) DO UPDATE SET
    count = max(CASE WHEN expires > :now THEN count ELSE 0 END + :amount, 0),
    expires = CASE WHEN expires > :now THEN expires ELSE :now + :period END
RETURNING count, expires
"""
DAMAGED = {11, 26}  # SQLite's CORRUPT and NOTADB
PURGE = "DELETE FROM hit WHERE expires <= :now"


@dataclass(frozen=True)
class Limit:
    """At most `amount` attempts by one key in each window of `period`, from the first on."""

    name: str
    amount: int
    period: timedelta

    def spend(self, key: str) -> None:
        """Count one attempt by `key`; answer 429 with `Retry-After` where none is left.

        It counts before the attempt is made: of any number made at once, no more than
        `amount` pass.
        """
        count, expires = self._add(key, 1)
        if count > self.amount:
            raise TooManyRequests(retry_after=max(1, round(expires - time.time())))

    def refund(self, key: str) -> None:
        """Take one attempt back: it was good."""
        self._add(key, -1)

    def _add(self, key: str, amount: int) -> tuple[int, float]:
        # Hashed: addresses of people are not kept readable beside their failures.
        digest = hashlib.sha256(f"{self.name}:{key}".encode("utf-8", "replace")).hexdigest()
        counters: Counters = current_app.extensions["limits"]
        return counters.add(digest, amount, self.period.total_seconds())


class Counters:
    """Counters in a file that all processes of this machine share."""

    def __init__(self, path: Path):
        self.path = path
        self.local = threading.local()

    def add(self, key: str, amount: int, period: float) -> tuple[int, float]:
        """Add to a counter of `period` seconds; returns its value, and when it starts again."""
        now = time.time()
        values = {"key": key, "amount": amount, "now": now, "period": period}
        try:
            if secrets.randbelow(100) == 0:
                self._connection().execute(PURGE, {"now": now})
            # fetchall, not fetchone: the statement, and with it the lock, ends with its last row.
            return self._connection().execute(COUNT, values).fetchall()[0]  # type: ignore[no-any-return]
        except sqlite_driver().DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in DAMAGED:
                raise
            # Counts are worth less than a log-in that works: start anew.
            log.error("%s is damaged and made anew: %s", self.path, error)
            self.path.unlink(missing_ok=True)
            self.local.__dict__.pop("connection", None)
            return self._connection().execute(COUNT, values).fetchall()[0]  # type: ignore[no-any-return]

    def _connection(self) -> Any:
        if not hasattr(self.local, "connection"):
            self.local.connection = sqlite_driver().connect(
                self.path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None
            )
            self.local.connection.execute(SCHEMA)
        return self.local.connection


def init_app(app: Flask) -> None:
    app.extensions["limits"] = Counters(Path(app.instance_path) / "limits.db")


def client() -> str:
    """Who is asking, for counting: an IPv4 address, or an IPv6 network (one customer has a /64)."""
    text = request.remote_addr or "unknown"
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if address.version == 6 and address.ipv4_mapped:
        return str(address.ipv4_mapped)  # a server that listens on [::] sees IPv4 clients like this
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else text
