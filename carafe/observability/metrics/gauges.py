"""Metrics that are looked up at each scrape."""

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
    """Add a metric that `read()` looks up at each scrape, such as the depth of a queue.

    `read` returns pairs of label values and number. One that fails is left out, and logged.
    """
    GAUGES.add(app, Gauge(name, help, labels, read), name=name)
