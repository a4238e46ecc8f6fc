"""Metrics in Prometheus's format. Imports its client library, so import this at a scrape."""

import logging
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from carafe.observability.metrics.app_metrics import IN_FLIGHT, METRICS, Metric, Metrics
from carafe.observability.metrics.gauges import Gauge
from carafe.observability.metrics.mapped_counters import Counters

log = logging.getLogger(__name__)


def exposition(metrics: Metrics, gauges: Iterable[Gauge]) -> bytes:
    """Return the sum of all processes, and the gauges of features."""
    registry = CollectorRegistry()
    registry.register(_AppCollector(metrics, gauges))
    return generate_latest(registry)


class _AppCollector(Collector):
    def __init__(self, metrics: Metrics, gauges: Iterable[Gauge]):
        self.metrics, self.gauges = metrics, gauges

    def describe(self) -> Iterable[Family]:
        return ()  # otherwise, everything would be collected twice

    def collect(self) -> Iterator[Family]:
        totals, process_ids = self.metrics.registry.totals()
        for metric in METRICS:
            yield _family(metric, totals)
        for gauge in self.gauges:
            yield from _read_gauge(gauge)
        yield from _processes(process_ids)


def _family(metric: Metric, totals: Counters) -> Family:
    if metric.bounds:
        histogram = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
        bounds = [*map(str, metric.bounds), "+Inf"]
        for labels, (*buckets, seconds) in _samples(metric, totals):
            cumulative = zip(bounds, accumulate(buckets), strict=True)
            histogram.add_metric(labels, list(cumulative), seconds)
        return histogram
    kind = GaugeMetricFamily if metric is IN_FLIGHT else CounterMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for labels, (value,) in _samples(metric, totals):
        family.add_metric(labels, value)
    return family


def _samples(metric: Metric, totals: Counters) -> Iterator[tuple[tuple[str, ...], list[float]]]:
    size = len(metric.bounds) + 2 if metric.bounds else 1
    for (name, *labels), values in totals.items():
        # Another version of the app may have other buckets.
        if name == metric.name and len(values) == size:
            yield tuple(labels), values


def _read_gauge(gauge: Gauge) -> Iterator[Family]:
    family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
    try:
        for labels, value in gauge.read():
            family.add_metric(labels, value)
    except Exception:
        log.exception("gauge %s failed", gauge.name)
    else:
        yield family


def _processes(ids: list[str]) -> Iterable[Family]:
    """Return memory, processor time, and the like of processes on this machine, by process ID."""
    families: dict[str, Family] = {}
    for id in ids:
        for metric in ProcessCollector(pid=partial(str, id), registry=None).collect():
            family = Family(metric.name, metric.documentation, metric.type)
            family = families.setdefault(metric.name, family)
            for sample in metric.samples:
                family.add_sample(sample.name, {"pid": id}, sample.value)
    return families.values()
