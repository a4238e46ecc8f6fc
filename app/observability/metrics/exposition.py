"""All numbers as Prometheus reads them. Imports its library, so this is imported when it asks."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from app.observability.metrics import numbers
from app.observability.metrics.numbers import SUM, Metric, Numbers

if TYPE_CHECKING:
    from app.observability.metrics import Gauge

log = logging.getLogger(__name__)

COUNTERS = (
    numbers.ANSWERED,
    numbers.BUGS,
    numbers.QUERIES,
    numbers.QUERY_SECONDS,
    numbers.JOBS,
)
HISTOGRAMS = (numbers.TOOK, numbers.JOB_TOOK)

# The parts of each metric, by its labels.
Parts = dict[tuple[str, ...], dict[str, float]]


def exposition(counted: Numbers, gauges: "Iterable[Gauge]") -> bytes:
    """The sum of all processes, and what features look up."""
    registry = CollectorRegistry()
    registry.register(_Everything(counted, gauges))
    return generate_latest(registry)


class _Everything(Collector):
    def __init__(self, counted: Numbers, gauges: "Iterable[Gauge]"):
        self.counted, self.gauges = counted, gauges

    def describe(self) -> Iterable[Family]:
        return ()  # or everything would be collected twice

    def collect(self) -> Iterator[Family]:
        totals, processes = self.counted.member.totals()
        found: dict[str, Parts] = defaultdict(lambda: defaultdict(dict))
        for (name, part, *labels), number in totals.items():
            found[name][tuple(labels)][part] = number
        yield _gauge(numbers.IN_FLIGHT_NOW, found)
        for counter in COUNTERS:
            yield _counter(counter, found)
        for histogram in HISTOGRAMS:
            yield _histogram(histogram, found)
        for gauge in self.gauges:
            yield from _looked_up(gauge)
        yield from _processes(processes)


def _gauge(metric: Metric, found: dict[str, Parts]) -> Family:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, parts in found[metric.name].items():
        family.add_metric(labels, parts[""])
    return family


def _counter(metric: Metric, found: dict[str, Parts]) -> Family:
    family = CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, parts in found[metric.name].items():
        family.add_metric(labels, parts[""])
    return family


def _histogram(metric: Metric, found: dict[str, Parts]) -> Family:
    family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    bounds = [*map(str, metric.bounds), "+Inf"]
    for labels, parts in found[metric.name].items():
        sums = accumulate(parts.get(str(n), 0.0) for n in range(len(bounds)))
        family.add_metric(labels, list(zip(bounds, sums, strict=True)), parts.get(SUM, 0.0))
    return family


def _looked_up(gauge: "Gauge") -> Iterator[Family]:
    family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
    try:
        for labels, value in gauge.read():
            family.add_metric(labels, value)
    except Exception:
        log.exception("%s is not known", gauge.name)
    else:
        yield family


def _processes(ids: list[str]) -> Iterable[Family]:
    """Memory, processor time and the like of processes on this machine, by process id."""
    families: dict[str, Family] = {}
    for id in ids:
        for metric in ProcessCollector(pid=partial(str, id), registry=None).collect():
            family = Family(metric.name, metric.documentation, metric.type)
            family = families.setdefault(metric.name, family)
            for sample in metric.samples:
                family.add_sample(sample.name, {"pid": id}, sample.value)
    return families.values()
