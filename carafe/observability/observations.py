"""What a process has observed since the last write. Bounded: anything beyond is dropped."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field

from carafe.observability.exceptions import ExceptionRecord
from carafe.observability.statements import normalize
from carafe.observability.store import bucket_of
from carafe.observability.usage import Usage
from carafe.time import unix_time

MAX_COUNTS, MAX_STATEMENTS, MAX_EXCEPTIONS = 5_000, 1_000, 100
# Per few seconds; the writer keeps those of each hour.
MAX_SLOW_REQUESTS = 20
# This many runs of the same statement, from one line of code in one request, mean one per row.
REPEAT_THRESHOLD = 5


@dataclass(order=True)
class SlowRequest:
    us: int
    row: dict[str, object] = field(compare=False)


@dataclass
class Statement:
    count: int = 0
    total_us: int = 0
    max_us: int = 0
    rows: int = 0
    endpoint: str = ""
    call_site: str = ""


@dataclass
class Repeated:
    requests: int = 0
    worst: int = 0
    request_id: str = ""


@dataclass
class Observations:
    # (minute, endpoint, bucket): [count, errors]
    counts: dict[tuple[int, str, int], list[int]] = field(default_factory=dict)
    slowest: list[SlowRequest] = field(default_factory=list)
    statements: dict[str, Statement] = field(default_factory=dict)
    # (endpoint, statement, call site)
    repeated: dict[tuple[str, str, str], Repeated] = field(default_factory=dict)
    exceptions: dict[str, ExceptionRecord] = field(default_factory=dict)
    # (hour, fingerprint, user ID or 0)
    exception_counts: Counter[tuple[int, str, int]] = field(default_factory=Counter)

    def count(self, endpoint: str, us: int, failed: bool) -> None:
        key = int(unix_time()) // 60 * 60, endpoint, bucket_of(us)
        if (counts := self.counts.get(key)) is not None:
            counts[0] += 1
            counts[1] += failed
        elif len(self.counts) < MAX_COUNTS:
            self.counts[key] = [1, int(failed)]

    def is_among_slowest(self, us: int) -> bool:
        return len(self.slowest) < MAX_SLOW_REQUESTS or us > self.slowest[0].us

    def add_slow(self, us: int, row: dict[str, object]) -> None:
        add = heapq.heappush if len(self.slowest) < MAX_SLOW_REQUESTS else heapq.heappushpop
        add(self.slowest, SlowRequest(us, row))

    def add_statements(self, endpoint: str, request_id: str, used: Usage) -> None:
        """Add the statements of a sampled request or job."""
        times: Counter[tuple[str, str]] = Counter()
        for ran in used.sample or ():
            sql, us = normalize(ran.sql), ran.ns // 1000
            if sql not in self.statements and len(self.statements) >= MAX_STATEMENTS:
                continue
            times[sql, ran.call_site] += 1
            entry = self.statements.setdefault(sql, Statement())
            entry.count += 1
            entry.total_us += us
            entry.rows += ran.rows
            if us >= entry.max_us:
                entry.max_us, entry.endpoint, entry.call_site = us, endpoint, ran.call_site
        for (sql, call_site), count in times.items():
            if count >= REPEAT_THRESHOLD and len(self.repeated) < MAX_STATEMENTS:
                repeated_entry = self.repeated.setdefault((endpoint, sql, call_site), Repeated())
                repeated_entry.requests += 1
                repeated_entry.worst, repeated_entry.request_id = (
                    max(repeated_entry.worst, count),
                    request_id,
                )

    def add_exception(self, seen: ExceptionRecord, user_id: int) -> None:
        before = self.exceptions.get(seen.fingerprint)
        if before or len(self.exceptions) < MAX_EXCEPTIONS:
            seen.count += before.count if before else 0
            self.exceptions[seen.fingerprint] = seen
            key = int(unix_time()) // 3600 * 3600, seen.fingerprint, user_id
            if key in self.exception_counts or len(self.exception_counts) < MAX_COUNTS:
                self.exception_counts[key] += 1
