"""What is counted. Imports prometheus_client, so it is imported late."""

import atexit
import logging
import os
from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client import Gauge as PrometheusGauge
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from app.observability.metrics.processes import join, process_of

if TYPE_CHECKING:
    from app.observability.metrics import Gauge

log = logging.getLogger(__name__)

# Without types, both.
library: Any = prometheus_client
collect: Any = multiprocess.MultiProcessCollector

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
JOB_SECONDS = (0.01, 0.1, 0.5, 1, 5, 30, 60, 300, 1800)


class Numbers:
    def __init__(self, folder: Path):
        library.disable_created_metrics()
        if member := join(folder):
            # Where the class below looks for its files.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
            library.values.ValueClass = library.values.MultiProcessValue(member)
            atexit.register(library.values.close_all_multiprocess_files)
        self.member = member
        self.registry = registry = CollectorRegistry()
        page = ["endpoint", "method"]
        self.in_flight = PrometheusGauge(
            "http_requests_in_flight",
            "Requests being answered.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self.requests = Counter(
            "http_requests", "Requests answered.", [*page, "status"], registry=registry
        )
        self.seconds = Histogram(
            "http_request_duration_seconds",
            "Time to answer a request.",
            page,
            buckets=REQUEST_SECONDS,
            registry=registry,
        )
        self.exceptions = Counter(
            "http_exceptions", "Bugs met by requests.", ["endpoint", "type"], registry=registry
        )
        self.queries = Counter(
            "database_queries", "Statements run by requests.", ["endpoint"], registry=registry
        )
        self.query_seconds = Counter(
            "database_query_seconds", "Time spent in them.", ["endpoint"], registry=registry
        )
        self.jobs = Counter("jobs", "Jobs run.", ["name", "outcome"], registry=registry)
        self.job_seconds = Histogram(
            "job_duration_seconds", "Time to run.", ["name"], buckets=JOB_SECONDS, registry=registry
        )
        # Looking a metric up by its labels takes longer than counting.
        self._counters = cache(self._counters_of)

    def request(
        self,
        endpoint: str,
        method: str,
        status: str,
        seconds: float,
        queries: int,
        query_seconds: float,
    ) -> None:
        self.in_flight.dec()
        answered, took, ran, ran_for = self._counters(endpoint, method, status)
        answered.inc()
        took.observe(seconds)
        if queries:
            ran.inc(queries)
            ran_for.inc(query_seconds)

    def _counters_of(self, endpoint: str, method: str, status: str) -> tuple[Any, ...]:
        return (
            self.requests.labels(endpoint, method, status),
            self.seconds.labels(endpoint, method),
            self.queries.labels(endpoint),
            self.query_seconds.labels(endpoint),
        )

    def job(self, name: str, outcome: str, seconds: float) -> None:
        self.jobs.labels(name, outcome).inc()
        self.job_seconds.labels(name).observe(seconds)

    def exposition(self, gauges: "Iterable[Gauge]") -> bytes:
        asked = CollectorRegistry()
        asked.register(_Asked(gauges))
        looked_up = generate_latest(asked)
        if self.member is None:
            return generate_latest(self.registry) + looked_up
        together = CollectorRegistry()
        with self.member.reading() as living:
            collect(together, str(self.member.folder))
            together.register(_Processes([id for lock in living if (id := process_of(lock))]))
            return generate_latest(together) + looked_up


class _Asked(Collector):
    """What features look up for each scrape."""

    def __init__(self, gauges: "Iterable[Gauge]"):
        self.gauges = gauges

    def collect(self) -> Iterator[Metric]:
        for gauge in self.gauges:
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
            try:
                for labels, value in gauge.read():
                    family.add_metric(labels, value)
            except Exception:
                log.exception("%s is not known", gauge.name)
            else:
                yield family


class _Processes(Collector):
    """Memory, processor time and the like of processes on this machine, by process id."""

    def __init__(self, ids: list[str]):
        self.ids = ids

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for id in self.ids:
            for metric in ProcessCollector(pid=partial(str, id), registry=None).collect():
                family = Metric(metric.name, metric.documentation, metric.type)
                family = families.setdefault(metric.name, family)
                for sample in metric.samples:
                    family.add_sample(sample.name, {"pid": id}, sample.value)
        return families.values()
