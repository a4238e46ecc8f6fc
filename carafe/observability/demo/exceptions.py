"""Sample exceptions: when they occurred, and to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

from sqlalchemy import Connection, delete

from carafe.demo import Scenario
from carafe.demo.scenario import REQUEST_PREFIX, request_id
from carafe.observability.demo.problems import call_site, path_of
from carafe.observability.exceptions import REDACTED_MESSAGE
from carafe.observability.retention import DAY, HOUR
from carafe.observability.store import exception, exception_count
from carafe.observability.writer import add, fingerprint

# Type, occurrences, days since the first and hours since the last, and the line that raised it.
EXCEPTIONS = [
    ("KeyError", 14, 6, 2, "total = totals[currency]"),
    ("sqlalchemy.exc.OperationalError", 3, 3, 20, "rows = db.session.execute(query).all()"),
    ("TimeoutError", 41, 12, 5, "response = client.get(url, timeout=5)"),
]
VISITORS = [0] * 3
MAX_USERS = 8


def write(connection: Connection, scenario: Scenario, endpoints: Sequence[str]) -> None:
    remove(connection)
    random = scenario.random("exceptions")
    rows = list(_exceptions(random, int(scenario.at.timestamp()), endpoints))
    connection.execute(exception.insert(), rows)
    people = [person.id for person in scenario.active_people]
    counts = [count for row in rows for count in _counts(random, row, people)]
    add(connection, exception_count, counts, ["count"])


def remove(connection: Connection) -> None:
    is_sample = exception.c.request_id.startswith(REQUEST_PREFIX)
    connection.execute(delete(exception).where(is_sample))
    fingerprints = [_fingerprint(kind) for kind, *_ in EXCEPTIONS]
    connection.execute(
        delete(exception_count).where(exception_count.c.fingerprint.in_(fingerprints))
    )


def _exceptions(random: Random, now: int, endpoints: Sequence[str]) -> Iterator[dict[str, object]]:
    for kind, count, days, hours, line in EXCEPTIONS:
        endpoint = random.choice(endpoints)
        place = call_site(endpoint)
        file, _, position = place.partition(":")
        number, _, name = position.partition(" ")
        step = f'  File "{file}", line {number}, in {name}\n    {line}'
        last = f"{kind} {REDACTED_MESSAGE}"
        yield {
            "fingerprint": _fingerprint(kind),
            "type": kind,
            "place": place,
            "count": count,
            "first_at": now - days * DAY,
            "last_at": now - hours * HOUR,
            "endpoint": endpoint,
            "request_id": request_id(random),
            "path": f"GET {path_of(random, endpoint)}",
            "traceback": f"Traceback (most recent call last):\n{step}\n{last}",
        }


def _counts(
    random: Random, row: dict[str, object], people: Sequence[int]
) -> Iterator[dict[str, object]]:
    """Yield how often an exception occurred per hour, to a few users and to visitors."""
    first, last, count = (int(str(row[name])) for name in ("first_at", "last_at", "count"))
    users = [*random.sample(people, k=min(len(people), MAX_USERS)), *VISITORS]
    moments = [first, last, *(random.randint(first, last) for _ in range(count - 2))]
    hours = Counter((at // HOUR * HOUR, random.choice(users)) for at in moments)
    for (hour, user_id), number in hours.items():
        yield {
            "fingerprint": row["fingerprint"],
            "starts_at": hour,
            "user_id": user_id,
            "count": number,
        }


def _fingerprint(kind: str) -> str:
    return fingerprint(f"demo {kind}")
