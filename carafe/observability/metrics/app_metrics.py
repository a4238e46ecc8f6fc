"""What the app counts in this process."""

import os
from dataclasses import dataclass
from pathlib import Path

from carafe.observability.metrics.mapped_counters import Key
from carafe.observability.metrics.process_registry import IN_FLIGHT_KEY, ProcessRegistry


@dataclass(frozen=True)
class Metric:
    """A counter, or a histogram if it has upper bounds of buckets."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


PAGE = ("endpoint", "method")
REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
JOB_BUCKETS = (0.01, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 1800.0)

IN_FLIGHT = Metric(IN_FLIGHT_KEY[0], "In-flight requests.")
REQUESTS = Metric("http_requests", "HTTP requests.", (*PAGE, "status"))
REQUEST_DURATION = Metric(
    "http_request_duration_seconds", "Time to first byte in seconds.", PAGE, REQUEST_BUCKETS
)
EXCEPTIONS = Metric("http_exceptions", "Unhandled exceptions.", ("endpoint", "type"))
QUERIES = Metric("database_queries", "SQL statements executed by requests.", ("endpoint",))
QUERY_SECONDS = Metric(
    "database_query_seconds", "Time spent in SQL statements in seconds.", ("endpoint",)
)
JOBS = Metric("jobs", "Jobs executed.", ("name", "outcome"))
JOB_DURATION = Metric("job_duration_seconds", "Job run time in seconds.", ("name",), JOB_BUCKETS)

METRICS = (
    IN_FLIGHT,
    REQUESTS,
    EXCEPTIONS,
    QUERIES,
    QUERY_SECONDS,
    JOBS,
    REQUEST_DURATION,
    JOB_DURATION,
)


class Metrics:
    """The metrics of one process. A fork needs its own."""

    def __init__(self, folder: Path):
        self.process_id = os.getpid()
        self.registry = ProcessRegistry(folder)
        self._counters = self.registry.counters

    def start_request(self) -> None:
        self._counters.add(IN_FLIGHT_KEY)

    def end_request(self, page: Key, seconds: float, queries: int, query_seconds: float) -> None:
        """Count a request. `page` is its endpoint, method, and class of status."""
        self._counters.add(IN_FLIGHT_KEY, -1)  # first: there may be no slot left for the page
        endpoint, method, _ = page
        self._counters.add((REQUESTS.name, *page))
        key = REQUEST_DURATION.name, endpoint, method
        self._counters.observe(key, REQUEST_DURATION.bounds, seconds)
        self._counters.add((QUERIES.name, endpoint), queries)
        self._counters.add((QUERY_SECONDS.name, endpoint), query_seconds)

    def count_exception(self, endpoint: str, type: str) -> None:
        self._counters.add((EXCEPTIONS.name, endpoint, type))

    def count_job(self, name: str, outcome: str, seconds: float) -> None:
        self._counters.add((JOBS.name, name, outcome))
        self._counters.observe((JOB_DURATION.name, name), JOB_DURATION.bounds, seconds)
