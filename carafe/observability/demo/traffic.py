"""Sample requests as the recorder counts them: more by day, and most for the simplest pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from math import cos, pi
from random import Random
from typing import Any

from flask import current_app
from sqlalchemy import Connection, delete, select

from carafe.demo import Scenario
from carafe.observability.retention import DAY, ERRORS_RESOLUTION, RESOLUTIONS
from carafe.observability.store import bucket_of, error_count, merge_bucket, request_count
from carafe.observability.writer import add

COUNTED_DAYS = 14
# How long the recorder keeps counts of each period, up to this many days.
SPANS = {resolution: min(span, COUNTED_DAYS * DAY) for resolution, span in RESOLUTIONS.items()}
FAILURE_DAYS = 60
MAX_ENDPOINTS = 16
REQUESTS_PER_MINUTE = 12.0
# The fractions of an endpoint's requests that take this many times the usual duration.
DURATIONS = [(0.8, 40), (1.0, 38), (1.5, 14), (2.6, 6), (7.0, 2)]
# Pages for developers and machines, which are not counted.
UNCOUNTED = ("/dev", "/livez", "/readyz", "/metrics", "/static", "/_")


def app_endpoints() -> list[str]:
    """Return endpoints of pages that visitors can open: those with the shortest paths."""
    rules = [
        rule
        for rule in current_app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(UNCOUNTED)
    ]
    rules.sort(key=lambda rule: (_depth(rule.rule), rule.rule))
    return list(dict.fromkeys(rule.endpoint for rule in rules))[:MAX_ENDPOINTS]


def counted_endpoints(connection: Connection, scenario: Scenario) -> list[str]:
    """Return the endpoints for which `write` has counted requests, from the first period."""
    longest = max(SPANS)
    columns = request_count.c
    is_first = (columns.resolution == longest) & (columns.starts_at == _steps(scenario, longest)[0])
    return list(connection.scalars(select(columns.endpoint).distinct().where(is_first)))


def write(
    connection: Connection, scenario: Scenario, endpoints: Collection[str], sign: int
) -> None:
    """Count the requests for these endpoints, or, with the sign -1, subtract them."""
    rows = [
        {**row, "count": sign * row["count"], "errors": sign * row["errors"]}
        for endpoint in endpoints
        for row in _counts(scenario, endpoint)
    ]
    add(connection, request_count, rows, ["count", "errors"])
    failures = [
        {"starts_at": at, "count": sign * count} for at, count in _failures(scenario).items()
    ]
    add(connection, error_count, failures, ["count"])
    for table in (request_count, error_count):
        connection.execute(delete(table).where(table.c.count <= 0))


def _depth(path: str) -> int:
    return path.strip("/").count("/") + 2 * path.count("<") + 3 * path.startswith("/admin")


def _steps(scenario: Scenario, resolution: int) -> range:
    end = int(scenario.at.timestamp()) // resolution * resolution
    return range(end - SPANS[resolution] + resolution, end + 1, resolution)


def _counts(scenario: Scenario, endpoint: str) -> Iterator[dict[str, Any]]:
    random = Scenario.random(endpoint)
    rate = REQUESTS_PER_MINUTE * random.uniform(0.02, 0.3)
    usual_us = random.uniform(3_000, 24_000)
    for resolution in RESOLUTIONS:
        for number, start in enumerate(_steps(scenario, resolution)):
            expected = rate * resolution / 60 * _activity(start)
            count = int(expected * random.uniform(0.8, 1.2) + random.random())
            if number == 0 and resolution == max(SPANS):
                count = max(1, count)
            for bucket, share in _buckets(random, count, usual_us, resolution).items():
                fails = random.random() < min(0.3, share * 0.002)
                yield {
                    "resolution": resolution,
                    "starts_at": start,
                    "endpoint": endpoint,
                    "bucket": bucket,
                    "count": share,
                    "errors": int(fails),
                }


def _activity(at: int) -> float:
    """Return the fraction of visitors who are active at a time of day (UTC)."""
    return 0.55 - 0.45 * cos(2 * pi * (at % DAY / DAY - 0.12))


def _buckets(random: Random, count: int, usual_us: float, resolution: int) -> Counter[int]:
    buckets: Counter[int] = Counter()
    factors, weights = zip(*DURATIONS, strict=True)
    if count > 40:
        shares = {factor: round(count * weight / 100) for factor, weight in DURATIONS}
    else:
        shares = Counter(random.choices(factors, weights, k=count))
    for factor, share in shares.items():
        bucket = bucket_of(usual_us * factor)
        buckets[bucket if resolution == min(SPANS) else merge_bucket(bucket)] += share
    return +buckets


def _failures(scenario: Scenario) -> Counter[int]:
    """Return failed requests and jobs by the start of their 15 minutes."""
    random, failures = scenario.random("failures"), Counter[int]()
    now = int(scenario.at.timestamp())
    for day in range(FAILURE_DAYS):
        for _ in range(random.choice([0, 0, 0, 1, 1, 2, 3, 5])):
            at = now - day * DAY - random.randint(0, DAY)
            failures[at // ERRORS_RESOLUTION * ERRORS_RESOLUTION] += 1
    return failures
