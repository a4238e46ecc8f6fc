"""Records what the app does and how long it takes, during requests, and stores it afterwards.

A request adds a few numbers to its process's observations. A thread writes them every few seconds,
in one transaction. Recording never breaks or delays what it observes.

Every request and job is counted. For a sample (`RECORDER_SAMPLE_RATE`), statements are stored, too:
their text has placeholders, never values.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from random import random

from flask import Flask, Request, Response, current_app, request
from flask.signals import got_request_exception

from carafe.observability import exceptions, logs, queries, store
from carafe.observability.metrics import suppress_errors
from carafe.observability.observations import Observations
from carafe.observability.paths import loggable_path
from carafe.observability.requests import UNLOGGED_PATHS
from carafe.observability.usage import Usage
from carafe.time import unix_time
from carafe.web.errors import is_unavailable
from carafe.web.routing import endpoint_label

log = logging.getLogger(__name__)

FLUSH_SECONDS = 5.0
# Exceptions are written immediately, but no more often than this.
MIN_FLUSH_SECONDS = 0.5
# How long an exiting process waits for its observations to be written. Without a limit, it would
# wait forever for a database that doesn't respond.
SHUTDOWN_TIMEOUT_SECONDS = 2.0
# While nothing can be written, keep observations of the last minute.
MAX_WAITING = 12
# Most requests in development are for these, which aren't pages of the app.
TOOLBAR = "/_debug_toolbar/"


class Recorder:
    def __init__(self, app: Flask):
        self.app = app
        self.sample: float = app.config["RECORDER_SAMPLE_RATE"]
        self.current_observations = Observations()
        self.unflushed: deque[Observations] = deque(maxlen=MAX_WAITING)
        self.failing = False
        self._lock, self._flushing = threading.Lock(), threading.Lock()
        self._process = 0
        self._wake = threading.Event()

    def is_sampled(self) -> bool:
        return random() < self.sample  # noqa: S311  # nosec B311

    def __enter__(self) -> Observations:
        """Return what is observed, for one thread at a time. `@contextmanager` would take 1 µs."""
        self._lock.acquire()
        return self.current_observations

    def __exit__(self, *error: object) -> None:
        self._lock.release()
        if self._process != os.getpid():
            self._start()

    def flush(self) -> None:
        """Write the observations. While the database is down, try again later."""
        from carafe.observability import writer  # 40 ms, which no startup has to wait for

        with self._flushing:
            with self._lock:
                if self.current_observations != Observations():
                    self.unflushed.append(self.current_observations)
                    self.current_observations = Observations()
            try:
                with self.app.app_context():
                    while self.unflushed:
                        writer.write(self.app, self.unflushed[0], self.sample)
                        self.unflushed.popleft()
                        self.failing = False
            except Exception as error:
                if self.unflushed and not is_unavailable(error):
                    self.unflushed.popleft()  # another attempt would fail, too
                if not self.failing:
                    log.warning(
                        "recording suspended: %s",
                        store.get_store(self.app).error_hint(error),
                    )
                self.failing = True

    def flush_soon(self) -> None:
        """Have the thread write now, so that admins see an exception immediately."""
        self._wake.set()

    def _start(self) -> None:
        # With the first observation, because servers fork their processes before that.
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
        ending = threading.Event()
        thread = threading.Thread(target=self._work, args=[ending], name="recorder", daemon=True)
        thread.start()
        atexit.register(self._end, ending, thread)

    def _work(self, ending: threading.Event) -> None:
        while not ending.wait(MIN_FLUSH_SECONDS):
            self._wake.wait(FLUSH_SECONDS - MIN_FLUSH_SECONDS)
            self._wake.clear()
            self.flush()
        self.flush()

    def _end(self, ending: threading.Event, thread: threading.Thread) -> None:
        ending.set()
        self._wake.set()
        thread.join(SHUTDOWN_TIMEOUT_SECONDS)


def flush(app: Flask) -> None:
    """Write this process's observations now."""
    if recorder := _of(app):
        recorder.flush()


@contextmanager
def record(name: str, request_id: str = "") -> Iterator[None]:
    """Record what runs inside as `name` ("job:notes.send_digest"); an exception is an error.

    `request_id` is that of the request that enqueued it. Needs an app context.
    """
    recorder = _of(current_app)
    token = queries.start(sampled=recorder is not None and recorder.is_sampled())
    started, failure = time.perf_counter(), None
    try:
        yield
    except Exception as error:
        failure = error
        raise
    finally:
        if recorder:
            us = int((time.perf_counter() - started) * 1_000_000)
            _note_job(recorder, name, request_id, us, failure)
        queries.end(token)


@suppress_errors
def _note_job(
    recorder: Recorder, name: str, request_id: str, us: int, failure: Exception | None
) -> None:
    if failure:
        _note_exception(recorder, failure, name, request_id)
    with recorder as observed:
        observed.count(name, us, failure is not None)
        observed.add_statements(name, request_id, queries.usage())


@suppress_errors
def _note_exception(
    recorder: Recorder, error: BaseException, endpoint: str, request_id: str, path: str = ""
) -> None:
    seen = exceptions.build_record(error)
    seen.endpoint, seen.request_id, seen.path = endpoint, request_id, path
    with recorder as observed:
        observed.add_exception(seen, logs.context().get("user_id", 0))
    recorder.flush_soon()


@suppress_errors
def _note_request(recorder: Recorder, request: Request, status: int) -> None:
    environ = request.environ
    if "RECORDED" in environ or request.path in UNLOGGED_PATHS or request.path.startswith(TOOLBAR):
        return
    environ["RECORDED"] = True
    us = int((time.perf_counter() - environ["STARTED"]) * 1_000_000)
    endpoint, used = endpoint_label(request), queries.usage()
    with recorder as observed:
        observed.count(endpoint, us, status >= 500)
        if used.sample:
            observed.add_statements(endpoint, environ["REQUEST_ID"], used)
        if observed.is_among_slowest(us):
            observed.add_slow(us, _slow_request(request, status, us, used))


def _slow_request(request: Request, status: int, us: int, used: Usage) -> dict[str, object]:
    return {
        "at": int(unix_time()),
        "request_id": request.environ["REQUEST_ID"],
        "endpoint": endpoint_label(request),
        "method": request.method[:10],
        "path": loggable_path()[:500],
        "status": status,
        "us": us,
        "database_us": used.database // 1000,
        "template_us": used.template // 1000,
        "queries": used.queries,
    }


def _request() -> Request:
    # Only once: each lookup through Flask's proxy takes 0.3 µs.
    return request._get_current_object()  # type: ignore[attr-defined, no-any-return]


def _of(app: Flask) -> Recorder | None:
    return app.extensions.get("recorder")


def init_app(app: Flask) -> None:
    if not (app.config["RECORDER"] and app.config["RECORDER_SAMPLE_RATE"]):
        return
    recorder = app.extensions["recorder"] = Recorder(app)

    @app.after_request
    def on_response(response: Response) -> Response:
        _note_request(recorder, _request(), response.status_code)
        return response

    @app.teardown_request
    def on_teardown(error: BaseException | None) -> None:
        if error is not None:  # in development, it continues to the debugger
            _note_request(recorder, _request(), 500)

    def failed(sender: Flask, exception: BaseException, **more: object) -> None:
        request_id = request.environ.get("REQUEST_ID", "")
        path = f"{request.method} {loggable_path()}"[:500]
        _note_exception(recorder, exception, endpoint_label(request), request_id, path)

    got_request_exception.connect(failed, app, weak=False)
