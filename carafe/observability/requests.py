"""An ID and a log line for each request."""

import logging
import re
from collections.abc import Callable, Iterable
from random import getrandbits, random
from time import perf_counter, time
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, request
from flask.globals import request_ctx

from carafe.observability import logs, metrics, queries, security_events
from carafe.observability.paths import loggable_path
from carafe.web.routing import current_policy

log = logging.getLogger("carafe.request")

ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Requested by machines every few seconds.
UNLOGGED_PATHS = {"/livez", "/readyz", "/metrics"}


class RequestIdMiddleware:
    """WSGI middleware that gives each request an ID, each response `X-Request-ID`, and counts them.

    A proxy's ID is kept, so that its log and ours can be joined; a visitor's is not.
    """

    def __init__(self, application: WSGIApplication, trust_incoming: bool, sample: float):
        self.application, self.trust_incoming = application, trust_incoming
        self.sample = sample

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request_id = environ.get("HTTP_X_REQUEST_ID", "") if self.trust_incoming else ""
        if not ACCEPTABLE_ID.fullmatch(request_id):
            # Unique, but no secret: asking the system for random bytes takes 8 µs.
            request_id = f"{getrandbits(128):032x}"  # nosec B311
        environ["REQUEST_ID"], environ["STARTED"] = request_id, perf_counter()
        logs.start_request(request_id)
        queries.start(sampled=random() < self.sample)  # noqa: S311  # nosec B311
        metrics.request_started(environ)

        def start(
            status: str, headers: list[tuple[str, str]], *error: Any
        ) -> Callable[[bytes], object]:
            headers.append(("X-Request-ID", request_id))
            metrics.request_ended(environ, status)
            return start_response(status, headers, *error)

        try:
            return self.application(environ, start)
        except BaseException:
            metrics.request_ended(environ, "500")
            raise


def reword_exception(record: logging.LogRecord) -> bool:
    """Log an exception in our words instead of Flask's, which contain the unredacted path.

    A filter of Flask's logger, because the arguments of `Flask.log_exception` differ by version.
    """
    if record.funcName != "log_exception":
        return True
    log.error("exception at %s %s", request.method, loggable_path(), exc_info=record.exc_info)
    return False


def set_identifier(app: Flask, identify: Callable[[], object]) -> None:
    """Have `identify` log (`logs.bind_user`) who was refused if the user wasn't looked up."""
    app.extensions["identify"] = identify


def _identify() -> None:
    try:
        current_app.extensions["identify"]()
    except Exception as error:  # such as when the database is down: write the line anyway
        log.warning("cannot identify the rejected user: %s", error)


def is_logged(status: int) -> bool:
    if status < 400 and current_policy().background:
        return False
    # Someone who tries to read the metrics is.
    return log.isEnabledFor(logging.INFO) and (request.path not in UNLOGGED_PATHS or status == 404)


class RequestRecord(logging.LogRecord):
    """The log record of a request, with only the fields that are logged.

    `log.info` looks up its caller, thread, and process as well, which takes as much time as the
    line itself. Here, these are those of the import.
    """

    BLANK = vars(logging.LogRecord(log.name, logging.INFO, __file__, 0, "request", None, None))

    def __init__(self, **fields: object):
        now = time()
        self.__dict__.update(self.BLANK, created=now, msecs=now % 1 * 1000, **fields)


def init_app(app: Flask) -> None:
    app.extensions["identify"] = lambda: None
    app.wsgi_app = RequestIdMiddleware(  # type: ignore[method-assign]
        app.wsgi_app,
        trust_incoming=app.config["TRUSTED_PROXIES"] > 0,
        sample=app.config["RECORDER_SAMPLE_RATE"],
    )

    # By name, because accessing `app.logger` sets its level in debug mode.
    logging.getLogger(app.name).addFilter(reword_exception)

    @app.after_request
    def log_request(response: Response) -> Response:
        status = response.status_code
        if 400 <= status < 500:
            refusal = security_events.refusal(status)
            if (refusal or is_logged(status)) and "user_id" not in logs.context():
                _identify()
            if refusal:
                security_events.report(*refusal)
        if is_logged(status):
            current = request_ctx.request
            record = RequestRecord(
                method=current.method,
                path=loggable_path(),
                status=status,
                ms=round((perf_counter() - current.environ["STARTED"]) * 1000, 1),
                client=current.remote_addr,
            )
            log.handle(record)
        return response
