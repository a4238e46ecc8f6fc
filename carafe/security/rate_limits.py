"""Rate limits that are exact, however many worker processes there are.

`RateLimitStore` has the counters, outside the requests' transactions.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_network
from math import ceil
from pathlib import Path
from typing import NoReturn

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

from carafe.network import embedded_ipv4, parse_ip
from carafe.security.rate_limit_store import Counter, Full, RateLimitStore, Usage
from carafe.security.refusals import note_refusal

DIGEST_LENGTH = 32  # hex digits, so 128 bits, of each part of a key

# A customer may have anything from a /64 to a /48 of IPv6 (RFC 6177). More people may share a wider
# network, so it has a higher limit than the narrower ones in it, but not many times higher.
IPV6_NETWORKS = ((64, 1.0), (56, 1.5), (48, 2.0))


class LimitReachedError(TooManyRequests):
    """Too many attempts. `limits` are the names of the limits that refuse it."""

    def __init__(self, limits: Iterable[str], retry_after: int):
        super().__init__(retry_after=retry_after)
        self.limits = sorted(set(limits))


@dataclass(frozen=True)
class Client:
    """The client of a request: the networks that count, and how many times the limit each has.

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


@dataclass(frozen=True)
class RateLimit:
    """At most `limit` attempts by one key in each window of `period`, from the first on.

    A key is a text, a `client()`, or a text and a client; wide networks have a higher limit.
    """

    name: str
    amount: int
    period: timedelta

    def spend(self, *key: str | Client, weight: int = 1) -> None:
        """Count an attempt by `key`, or raise `LimitReachedError` if none is left (429).

        Count before the attempt is made, so that parallel attempts can't exceed the limit.
        """
        Attempt(self.counters(*key, weight=weight)).spend()

    def spend_one(self, key: str) -> LimitUsage:
        """Count an attempt by `key` if one is left, and return what remains."""
        [counter] = self.counters(key)
        usage = _counters().spend_one(counter)
        return LimitUsage(self.name, self.amount, usage)

    def check(self, *key: str | Client) -> None:
        """Raise `LimitReachedError` if `key` has no attempt left, without counting."""
        Attempt(self.counters(*key)).check()

    def take(self, *key: str | Client) -> bool:
        """Count an attempt by `key`; return False, without counting, if none is left."""
        return _counters().spend(self.counters(*key)) is None

    def refund(self, *key: str | Client, weight: int = 1) -> None:
        """Refund a successful attempt by `key`."""
        Attempt(self.counters(*key, weight=weight)).refund()

    def count(self, *key: str | Client) -> int:
        """Return the number of attempts by `key` in this window."""
        return max(map(_counters().count, self.counters(*key)))

    def clear(self, key: str) -> None:
        """Reset the attempts by a text, alone and with any client."""
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
        # Hashed, so that people's addresses aren't stored readably beside their failures. Each part
        # separately, so that the counters of an address have the same prefix, whatever the network.
        return "".join(
            hashlib.sha256(f"{self.name}:{text}".encode("utf-8", "replace")).hexdigest()[
                :DIGEST_LENGTH
            ]
            for text in texts
        )


@dataclass(frozen=True)
class LimitUsage:
    """What remains of a limit after an attempt."""

    name: str
    limit: int
    usage: Usage

    @property
    def remaining(self) -> int:
        return self.limit - self.usage.value

    @property
    def expires(self) -> float:
        """When the window ends, in seconds since the epoch."""
        return self.usage.expires

    def ensure_allowed(self) -> None:
        """Raise `LimitReachedError` if the attempt wasn't counted."""
        if not self.usage.is_counted:
            _refuse(Full([self.name], self.expires))


@dataclass(frozen=True)
class Attempt:
    """An attempt that counts toward all of `counters` or, if one of them refuses it, none.

    It always counts toward those in `also`.
    """

    counters: Sequence[Counter]
    also: Sequence[Counter] = ()

    def check(self) -> None:
        """Raise `LimitReachedError` if the attempt would be refused, without counting."""
        self._raise(_counters().full(self.counters))

    def spend(self) -> None:
        """Count the attempt. Raise `LimitReachedError`."""
        self._raise(_counters().spend(self.counters, self.also))

    def refund(self) -> None:
        """Refund a successful attempt."""
        _counters().refund([*self.counters, *self.also])

    def _raise(self, full: Full | None) -> None:
        if full:
            _refuse(full)


def _refuse(full: Full) -> NoReturn:
    note_refusal("limit.reached", ",".join(sorted(set(full.limits))).replace(" ", "_"))
    raise LimitReachedError(full.limits, max(1, ceil(full.expires - time.time())))


def _counters() -> RateLimitStore:
    counters: RateLimitStore = current_app.extensions["limits"]
    return counters


def init_app(app: Flask) -> None:
    app.extensions["limits"] = RateLimitStore(Path(app.instance_path) / "limits.db")
