"""One id and one log line for every request."""

import logging
import re
import secrets
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

import structlog
from flask import Flask, Response, request

log = logging.getLogger("app.request")

ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
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
        environ["REQUEST_ID"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            headers.append(("X-Request-ID", request_id))
            return start_response(status, headers, *error)

        return self.application(environ, start)  # type: ignore[no-any-return]


def init_app(app: Flask) -> None:
    app.wsgi_app = RequestId(  # type: ignore[method-assign]
        app.wsgi_app, trust_incoming=app.config["TRUSTED_PROXIES"] > 0
    )

    @app.before_request
    def start_clock() -> None:
        request.environ["STARTED"] = perf_counter()

    @app.after_request
    def log_request(response: Response) -> Response:
        if log.isEnabledFor(logging.INFO) and request.path not in UNLOGGED:
            started = request.environ.get("STARTED")
            # The path without its query, and the rule for paths that hold a token.
            hidden = request.view_args and "token" in request.view_args
            extra = {
                "method": request.method,
                "path": request.url_rule.rule if hidden and request.url_rule else request.path,
                "status": response.status_code,
                "ms": round((perf_counter() - started) * 1000, 1) if started else None,
                "client": request.remote_addr,
            }
            log.info("request", extra=extra)
        return response
