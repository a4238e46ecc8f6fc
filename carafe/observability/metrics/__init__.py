"""Metrics for Prometheus at `/metrics`, across all processes of this instance.

Metrics never break or delay what they count: only the first error is logged. Visitors can't create
label values: a nonexistent URL has the endpoint "".
"""

import logging
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import ParamSpec
from wsgiref.types import WSGIEnvironment

from flask import Flask, Request, request
from flask.signals import got_request_exception

from carafe.observability import queries
from carafe.observability.metrics import access
from carafe.observability.metrics.app_metrics import Metrics
from carafe.observability.metrics.gauges import GAUGES
from carafe.observability.metrics.gauges import add_gauge as add_gauge
from carafe.web.routing import endpoint_label

log = logging.getLogger(__name__)

# In the WSGI environment of a request that hasn't been counted yet.
IN_FLIGHT_KEY = "IN_FLIGHT"
# The endpoint of files served before Flask.
STATIC = "static"
# Other methods are grouped, or a visitor could add label values.
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}

P = ParamSpec("P")


def suppress_errors(count: Callable[P, None]) -> Callable[P, None]:
    """Suppress a function's errors, and log the first one."""
    failed = False

    @wraps(count)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        nonlocal failed
        try:
            count(*args, **kwargs)
        except Exception:
            if not failed:
                failed = True
                log.exception("metrics error (further ones are not logged)")

    return guarded


# Metrics belong to the process, not to an app. The folder is found by the first request:
_folder = Path()
_instance: Metrics | None = None
_instance_lock = Lock()


def _metrics() -> Metrics:
    global _instance
    if _instance is not None and _instance.process_id == os.getpid():
        return _instance
    with _instance_lock:
        if _instance is None or _instance.process_id != os.getpid():  # forked
            _instance = Metrics(_folder)
        return _instance


@suppress_errors
def request_started(environ: WSGIEnvironment) -> None:
    environ[IN_FLIGHT_KEY] = True
    _metrics().start_request()


@suppress_errors
def request_ended(environ: WSGIEnvironment, status: str) -> None:
    """Count a request that ended, the first time this is called for it."""
    if not environ.pop(IN_FLIGHT_KEY, False):
        return
    # Flask's request, if it got that far. Without a page, the endpoint is "".
    request = environ.get("werkzeug.request")
    endpoint = endpoint_label(request) if isinstance(request, Request) else STATIC
    method, usage = environ["REQUEST_METHOD"], queries.usage()
    page = endpoint, method if method in METHODS else "OTHER", f"{status[0]}xx"
    seconds = perf_counter() - environ["STARTED"]
    _metrics().end_request(page, seconds, usage.queries, usage.database / 1e9)


@suppress_errors
def exception_raised(endpoint: str, type: str) -> None:
    """Count an unhandled exception by the name of its class."""
    _metrics().count_exception(endpoint, type)


@suppress_errors
def job_ended(name: str, outcome: str, seconds: float) -> None:
    """Count a job that ran. `outcome` is one of a few words, such as "done" or "failed"."""
    _metrics().count_job(name, outcome, seconds)


def prometheus_text() -> bytes:
    """Return all metrics in Prometheus's text format."""
    from carafe.observability.metrics.exposition import exposition

    return exposition(_metrics(), GAUGES)


def init_app(app: Flask) -> None:
    global _folder
    _folder = Path(app.instance_path) / "metrics"
    GAUGES.init_app(app)
    access.init_app(app)
    got_request_exception.connect(_exception, app)


def _exception(sender: Flask, exception: BaseException, **extra: object) -> None:
    exception_raised(endpoint_label(request), type(exception).__name__)
