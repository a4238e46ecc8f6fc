"""Numbers for Prometheus, at `/metrics`: of all processes that work on this instance.

Nothing here may break or hold up what it counts: an error is logged once, and counting goes on
without. No label holds what a visitor chose: addresses that lead nowhere have the endpoint "".
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any, ParamSpec

from flask import Flask, Response, current_app, g, request
from flask.signals import got_request_exception

from app.observability.metrics import access

log = logging.getLogger(__name__)

METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}

P = ParamSpec("P")
# Label values, and the number.
Sample = tuple[tuple[str, ...], float]


@dataclass(frozen=True)
class Gauge:
    """A number that is looked up when it is asked for."""

    name: str
    help: str
    labels: tuple[str, ...]
    read: Callable[[], Iterable[Sample]]


def at_scrape(
    app: Flask,
    name: str,
    help: str,
    read: Callable[[], Iterable[Sample]],
    labels: tuple[str, ...] = (),
) -> None:
    """Add a number to `/metrics` that `read()` looks up each time, such as the depth of a queue.

    `read` gives pairs of label values and number. One that fails is left out, and logged.
    """
    _gauges(app).append(Gauge(name, help, labels, read))


def _gauges(app: Flask) -> list[Gauge]:
    found: list[Gauge] = app.extensions.setdefault("gauges", [])
    return found


def quietly(count: Callable[P, None]) -> Callable[P, None]:
    """Have a function never raise: it is logged the first time."""
    failed = False

    @wraps(count)
    def guarded(*arguments: P.args, **named: P.kwargs) -> None:
        nonlocal failed
        try:
            count(*arguments, **named)
        except Exception:
            if not failed:
                failed = True
                log.exception("not counted, here and from now on")

    return guarded


def _numbers() -> Any:
    return _made[0] if _made else _make()


def _make() -> Any:
    # Imported by the first request: 8 ms that commands and the start need not spend.
    from app.observability.metrics.numbers import Numbers

    with _making:
        if not _made:
            _made.append(Numbers(_folder))
    return _made[0]


@quietly
def request_started() -> None:
    _numbers().in_flight.inc()


@quietly
def request_ended(
    endpoint: str, method: str, status: int, seconds: float, queries: int, query_seconds: float
) -> None:
    """Count an answered request. `endpoint` is "" where there is no such page."""
    method = method if method in METHODS else "OTHER"
    _numbers().request(endpoint, method, f"{status // 100}xx", seconds, queries, query_seconds)


@quietly
def exception_raised(endpoint: str, type: str) -> None:
    """Count an exception that nobody handled, by the name of its class."""
    _numbers().exceptions.labels(endpoint, type).inc()


@quietly
def job_ended(name: str, outcome: str, seconds: float) -> None:
    """Count a job that ran. `outcome` is one of few words, such as "done" or "failed"."""
    _numbers().job(name, outcome, seconds)


def exposition() -> bytes:
    """All numbers in Prometheus's text format."""
    text: bytes = _numbers().exposition(_gauges(current_app))
    return text


# The numbers are the process's, not an app's. Where the first request finds the folder:
_folder = Path()
_made: list[Any] = []
_making = Lock()


def init_app(app: Flask) -> None:
    global _folder
    _folder = Path(app.instance_path) / "metrics"
    access.init_app(app)

    got_request_exception.connect(_exception, app)

    @app.before_request
    def started() -> None:
        g.in_flight = True
        request_started()

    @app.after_request
    def answered(response: Response) -> Response:
        g.status = response.status_code
        return response

    @app.teardown_request
    def ended(error: BaseException | None) -> None:
        if g.pop("in_flight", False):
            seconds = perf_counter() - request.environ["STARTED"]
            request_ended(request.endpoint or "", request.method, g.get("status", 500), seconds, 0, 0)


def _exception(sender: Flask, exception: BaseException, **more: Any) -> None:
    exception_raised(request.endpoint or "", type(exception).__name__)
