"""The edge: response headers, CSRF, proxies, request limits, rate limits, `flask check`."""

from flask import Flask
from flask.typing import ResponseReturnValue

from carafe.security import (
    body_limits,
    checks,
    cors,
    csp,
    csrf,
    debugger,
    edge,
    headers,
    local_requests,
    rate_limits,
    slots,
)
from carafe.security.checks.unconfigured import unconfigured_app
from carafe.security.encryption import decrypt, encrypt
from carafe.security.rate_limits import Client, RateLimit, client_key
from carafe.security.refusals import refuse
from carafe.security.session_cookie import SessionCookie

__all__ = [
    "Client",
    "RateLimit",
    "client_key",
    "csp",
    "decrypt",
    "encrypt",
    "refuse",
    "unconfigured_app",
]


def check_request() -> ResponseReturnValue | None:
    """Check each request's headers, origin, and host."""
    body_limits.check_headers()
    if answer := cors.answer_preflight():
        return answer
    body_limits.limit_body()
    refusal = csrf.check_csrf()
    if refusal is None:
        edge.refuse_without_host()
    return refusal


def init_app(app: Flask) -> None:
    app.before_request(check_request)
    local_requests.keep_off_proxies()
    app.session_interface = SessionCookie()
    headers.init_app(app)
    body_limits.init_app(app)
    csrf.init_app(app)
    cors.init_app(app)
    rate_limits.init_app(app)
    slots.init_app(app)
    checks.init_app(app)
    edge.init_app(app)
    if app.config["APPLICATION_ROOT"] != "/":
        # Browsers accept the prefix __Host- only with the path /, which all sites here share.
        for name in ("SESSION_COOKIE_NAME", "DEVICE_COOKIE_NAME"):
            app.config[name] = app.config[name].replace("__Host-", "__Secure-")
    debugger.init_app(app)
