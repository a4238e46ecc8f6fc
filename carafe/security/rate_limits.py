"""Rate limits that hold exactly, however many worker processes count.

`RateLimitStore` has the counters, outside of the requests' transactions.
"""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_network
from math import ceil
from pathlib import Path

from flask import Flask, current_app, request
from werkzeug.exceptions import TooManyRequests

from carafe.network import embedded_ipv4, parse_ip
from carafe.security.rate_limit_store import Counter, Full, RateLimitStore
from carafe.security.refusals import note_refusal

DIGEST_LENGTH = 32  # hex digits, thus 128 bits, of each part of a key

# One customer has anything from a /64 to a /48 of IPv6 (RFC 6177). The wider a network, the more
# people may share it, so it may do more than the narrower ones in it, but not many times more.
IPV6_NETWORKS = ((64, 1.0), (56, 1.5), (48, 2.0))


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


def _counters() -> RateLimitStore:
    counters: RateLimitStore = current_app.extensions["limits"]
    return counters


def init_app(app: Flask) -> None:
    app.extensions["limits"] = RateLimitStore(Path(app.instance_path) / "limits.db")
