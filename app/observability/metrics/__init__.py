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

from flask import Flask, Request, current_app, request
from flask.signals import got_request_exception

from app.observability import queries
from app.observability.metrics import access
from app.observability.metrics.numbers import Numbers

log = logging.getLogger(__name__)

IN_FLIGHT = "IN_FLIGHT"
# The endpoint of files that are answered before Flask.
STATIC = "static"
# Others are answered by every page, too, so that visitors could make up numbers for each.
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}

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


def _numbers() -> Numbers:
    return _made[0] if _made else _make()


def _make() -> Numbers:
    with _making:
        if not _made:
            _made.append(Numbers(_folder))
    return _made[0]


@quietly
def request_started(environ: dict[str, Any]) -> None:
    environ[IN_FLIGHT] = True
    _numbers().start()


@quietly
def request_ended(environ: dict[str, Any], status: str) -> None:
    """Count a request that is answered, or failed. Called again it counts no more."""
    if not environ.pop(IN_FLIGHT, False):
        return
    # Flask's request, if it came that far. Where there is no such page the endpoint is "".
    request = environ.get("werkzeug.request")
    endpoint = (request.endpoint or "") if isinstance(request, Request) else STATIC
    method, used = environ["REQUEST_METHOD"], queries.spent()
    page = endpoint, method if method in METHODS else "OTHER", f"{status[0]}xx"
    seconds = perf_counter() - environ["STARTED"]
    _numbers().end(page, seconds, used.queries, used.database / 1e9)


@quietly
def exception_raised(endpoint: str, type: str) -> None:
    """Count an exception that nobody handled, by the name of its class."""
    _numbers().bug(endpoint, type)


@quietly
def job_ended(name: str, outcome: str, seconds: float) -> None:
    """Count a job that ran. `outcome` is one of few words, such as "done" or "failed"."""
    _numbers().job(name, outcome, seconds)


def prometheus_text() -> bytes:
    """All numbers, as Prometheus reads them."""
    from app.observability.metrics.exposition import exposition

    return exposition(_numbers(), _gauges(current_app))


# The numbers are the process's, not an app's. Where the first request finds the folder:
_folder = Path()
_made: list[Numbers] = []
_making = Lock()


def init_app(app: Flask) -> None:
    global _folder
    _folder = Path(app.instance_path) / "metrics"
    access.init_app(app)
    got_request_exception.connect(_exception, app)


def _exception(sender: Flask, exception: BaseException, **more: Any) -> None:
    exception_raised(request.endpoint or "", type(exception).__name__)
