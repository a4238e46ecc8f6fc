"""Access to `/metrics`: with the token, or only on this machine without one."""

import hmac
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from carafe.security.local_requests import is_from_this_machine

PATH = "/metrics"
ALLOWED_KEY = "METRICS_ALLOWED"


def may_read(environ: WSGIEnvironment, token: str | None) -> bool:
    if token:
        authorization = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1")
        return hmac.compare_digest(authorization, b"Bearer " + token.encode())
    return is_from_this_machine(environ)


class MetricsAccessMiddleware:
    """Let clients with access to `/metrics` use any host name.

    Prometheus requests each machine by its IP address, and can't be configured to send another host
    name.
    """

    def __init__(self, application: WSGIApplication, token: str | None, host: str):
        self.application, self.token, self.host = application, token, host

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH and may_read(environ, self.token):
            environ[ALLOWED_KEY] = True
            if self.host:
                environ["HTTP_HOST"] = self.host
        return self.application(environ, start_response)


def init_app(app: Flask) -> None:
    hosts = app.config["TRUSTED_HOSTS"] or [""]
    app.wsgi_app = MetricsAccessMiddleware(  # type: ignore[method-assign]
        app.wsgi_app, app.config["METRICS_TOKEN"], hosts[0].lstrip(".")
    )
