"""What is counted."""

import atexit
import os
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

from app.observability.metrics.processes import IN_FLIGHT, Member
from app.observability.metrics.sheet import Key, Sheet

# The part of a histogram that is no bucket.
SUM = "sum"


@dataclass(frozen=True)
class Metric:
    name: str
    help: str
    labels: tuple[str, ...] = ()
    # The upper bounds of a histogram's buckets; a last one takes the rest.
    bounds: tuple[float, ...] = ()

    def slot(self, sheet: Sheet, *labels: str) -> int:
        """The slot of a counter; of a histogram that of its first bucket, the others follow."""
        parts = [*map(str, range(len(self.bounds) + 1)), SUM] if self.bounds else [""]
        return sheet.slot(*((self.name, part, *labels) for part in parts))

    def observe(self, sheet: Sheet, slot: int, value: float) -> None:
        sheet.numbers[slot + bisect_left(self.bounds, value)] += 1
        sheet.numbers[slot + len(self.bounds) + 1] += value


PAGE = ("endpoint", "method")
REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
JOB_SECONDS = (0.01, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 1800.0)

IN_FLIGHT_NOW = Metric(IN_FLIGHT[0], "Requests being answered.")
ANSWERED = Metric("http_requests", "Requests answered.", (*PAGE, "status"))
TOOK = Metric(
    "http_request_duration_seconds", "Time until an answer begins.", PAGE, REQUEST_SECONDS
)
BUGS = Metric("http_exceptions", "Exceptions that nobody handled.", ("endpoint", "type"))
QUERIES = Metric("database_queries", "Statements run by requests.", ("endpoint",))
QUERY_SECONDS = Metric("database_query_seconds", "Time spent in them.", ("endpoint",))
JOBS = Metric("jobs", "Jobs that ran.", ("name", "outcome"))
JOB_TOOK = Metric("job_duration_seconds", "Time that jobs ran.", ("name",), JOB_SECONDS)


class Numbers:
    """The numbers of this process."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._join()
        atexit.register(lambda: self.member.leave())

    def _join(self) -> None:
        self.process = os.getpid()
        self.member = Member(self.folder)
        self.sheet = self.member.sheet
        self.in_flight = self.sheet.slot(IN_FLIGHT)
        # Slots by labels: looking up one after the other took longer than to count.
        self.pages: dict[Key, tuple[int, ...]] = {}

    def start(self) -> None:
        if self.process != os.getpid():  # forked
            self._join()
        with self.sheet.lock:
            self.sheet.numbers[self.in_flight] += 1

    def end(self, page: Key, seconds: float, queries: int, query_seconds: float) -> None:
        """`page`: endpoint, method and class of status."""
        sheet = self.sheet
        with sheet.lock:
            numbers = sheet.numbers
            numbers[self.in_flight] -= 1  # first: there may be no slot left for the page
            answered, took, ran, ran_for = self.pages.get(page) or self._page(page)
            numbers[answered] += 1
            numbers[ran] += queries
            numbers[ran_for] += query_seconds
            TOOK.observe(sheet, took, seconds)

    def _page(self, page: Key) -> tuple[int, ...]:
        endpoint, method, _ = page
        self.pages[page] = (
            ANSWERED.slot(self.sheet, *page),
            TOOK.slot(self.sheet, endpoint, method),
            QUERIES.slot(self.sheet, endpoint),
            QUERY_SECONDS.slot(self.sheet, endpoint),
        )
        return self.pages[page]

    def bug(self, endpoint: str, type: str) -> None:
        with self.sheet.lock:
            self.sheet.numbers[BUGS.slot(self.sheet, endpoint, type)] += 1

    def job(self, name: str, outcome: str, seconds: float) -> None:
        if self.process != os.getpid():
            self._join()
        with self.sheet.lock:
            self.sheet.numbers[JOBS.slot(self.sheet, name, outcome)] += 1
            JOB_TOOK.observe(self.sheet, JOB_TOOK.slot(self.sheet, name), seconds)
