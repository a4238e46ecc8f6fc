"""One id and one log line for every request."""

import logging
import re
import secrets
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask, Response, request

log = logging.getLogger("app.request")

ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# In a path that leads nowhere: a link from a mail that was cut or has a dot at its end, say.
LIKE_A_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}")
UNLOGGED = {"/livez", "/readyz"}


class RequestId:
    """WSGI middleware: gives each request an id, and each answer `X-Request-ID`.

    A proxy's id is kept, so that its log and ours can be joined; a visitor's is not.
    """

    def __init__(self, application: Any, trust_incoming: bool):
        self.application, self.trust_incoming = application, trust_incoming

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "") if self.trust_incoming else ""
        request_id = given if ACCEPTABLE_ID.fullmatch(given) else secrets.token_hex(16)
        environ["REQUEST_ID"], environ["STARTED"] = request_id, perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            headers.append(("X-Request-ID", request_id))
            return start_response(status, headers, *error)

        return self.application(environ, start)  # type: ignore[no-any-return]


def loggable_path() -> str:
    """The request's path without its query, and with nothing that opens a door or forges a line."""
    if request.view_args and "token" in request.view_args and request.url_rule:
        return request.url_rule.rule
    return LIKE_A_TOKEN.sub("***", quote(request.path))


def log_exception(exc_info: Any) -> None:
    log.error("exception at %s %s", request.method, loggable_path(), exc_info=exc_info)


def init_app(app: Flask) -> None:
    app.wsgi_app = RequestId(  # type: ignore[method-assign]
        app.wsgi_app, trust_incoming=app.config["TRUSTED_PROXIES"] > 0
    )

    app.log_exception = log_exception  # type: ignore[method-assign]  # Flask's shows the path

    @app.after_request
    def log_request(response: Response) -> Response:
        if log.isEnabledFor(logging.INFO) and request.path not in UNLOGGED:
            extra = {
                "method": request.method,
                "path": loggable_path(),
                "status": response.status_code,
                "ms": round((perf_counter() - request.environ["STARTED"]) * 1000, 1),
                "client": request.remote_addr,
            }
            log.info("request", extra=extra)
        return response
