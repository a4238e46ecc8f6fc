"""Statistics of requests, by endpoint and over time."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from sqlalchemy import Connection, func, select

from carafe.database.aliases import AnyExpression, AnySelect
from carafe.observability.store import bucket_midpoint_us, request_count
from carafe.time import unix_time


@dataclass(frozen=True)
class Window:
    """A number of recent steps of equal length in seconds, including the current one."""

    label: str
    resolution: int
    steps: int

    @property
    def length(self) -> timedelta:
        return timedelta(seconds=self.resolution * self.steps)

    def starts(self) -> range:
        last = int(unix_time()) // self.resolution * self.resolution
        return range(last - (self.steps - 1) * self.resolution, last + 1, self.resolution)


# As the recorder counts: by the minute for an hour, and so on.
WINDOWS = {
    "hour": Window("Hour", 60, 60),
    "day": Window("Day", 900, 96),
    "month": Window("Month", 21_600, 120),
}


@dataclass
class LatencyStats:
    """Numbers of requests and failures (500 and above), and durations."""

    count: int = 0
    errors: int = 0
    buckets: Counter[int] = field(default_factory=Counter)

    def add(self, bucket: int, count: int, errors: int) -> None:
        # Not added up by PostgreSQL, which would return decimals.
        self.count += int(count)
        self.errors += int(errors)
        self.buckets[bucket] += int(count)

    @property
    def error_rate(self) -> float:
        return self.errors / self.count if self.count else 0.0

    @property
    def p50(self) -> int:
        return self.percentile(0.5)

    @property
    def p95(self) -> int:
        return self.percentile(0.95)

    @property
    def p99(self) -> int:
        return self.percentile(0.99)

    def percentile(self, share: float) -> int:
        """Return the microseconds within which that fraction ended, as exactly as buckets allow."""
        rank, seen = ceil(self.count * share), 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= rank:
                return bucket_midpoint_us(bucket)
        return 0


def stats_by_endpoint(connection: Connection, window: Window) -> dict[str, LatencyStats]:
    stats_by_endpoint: dict[str, LatencyStats] = defaultdict(LatencyStats)
    for endpoint, *counted in connection.execute(_sums(window, request_count.c.endpoint)):
        stats_by_endpoint[endpoint].add(*counted)
    return dict(stats_by_endpoint)


def stats_over_time(
    connection: Connection, window: Window, endpoint: str | None
) -> dict[int, LatencyStats]:
    """Return statistics of each period by its start (epoch seconds), for one or all endpoints."""
    stats_by_start = {start: LatencyStats() for start in window.starts()}
    statement = _sums(window, request_count.c.starts_at)
    name = request_count.c.endpoint
    # "job:notes.digest" is not a request: one that takes minutes would be the slowest of all.
    matches_endpoint = ~name.contains(":") if endpoint is None else name == endpoint
    statement = statement.where(matches_endpoint)
    for start, *counted in connection.execute(statement):
        if start in stats_by_start:
            stats_by_start[start].add(*counted)
    return stats_by_start


def is_counted(connection: Connection, endpoint: str) -> bool:
    """Return whether there are counts for an endpoint, which may no longer exist or be a job."""
    columns = request_count.c
    longest = max(window.resolution for window in WINDOWS.values())
    query = select(columns.count).where(columns.resolution == longest, columns.endpoint == endpoint)
    return "\0" not in endpoint and connection.scalar(query.limit(1)) is not None


def sum_stats(figures: Iterable[LatencyStats]) -> LatencyStats:
    total = LatencyStats()
    for stats in figures:
        total.count += stats.count
        total.errors += stats.errors
        total.buckets += stats.buckets
    return total


def _sums(window: Window, by: AnyExpression) -> AnySelect:
    columns = request_count.c
    sums = select(by, columns.bucket, func.sum(columns.count), func.sum(columns.errors))
    return sums.where(
        columns.resolution == window.resolution, columns.starts_at >= window.starts()[0]
    ).group_by(by, columns.bucket)
