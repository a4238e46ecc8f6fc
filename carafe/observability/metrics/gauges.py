"""Metrics that are read at each scrape."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Flask

from carafe.registry import Registry

# Label values, and the number.
Sample = tuple[tuple[str, ...], float]


@dataclass(frozen=True)
class Gauge:
    name: str
    help: str
    labels: tuple[str, ...]
    read: Callable[[], Iterable[Sample]]


GAUGES = Registry[Gauge]("gauges", "metric")


def add_gauge(
    app: Flask,
    name: str,
    help: str,
    read: Callable[[], Iterable[Sample]],
    labels: tuple[str, ...] = (),
) -> None:
    """Add a metric that `read()` returns at each scrape, such as the length of a queue.

    `read` returns pairs of label values and number. If it fails, the metric is omitted and the
    error logged.
    """
    GAUGES.add(app, Gauge(name, help, labels, read), name=name)
