"""Who may read `/metrics`: whoever has the token, or, without one, this machine alone."""

import hmac
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from app.core.urls import is_loopback

PATH = "/metrics"
ALLOWED = "METRICS_ALLOWED"

# A proxy on this machine connects from loopback, too. It says whom for, whether believed or not.
FORWARDED = ("HTTP_X_FORWARDED", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


def may_read(environ: dict[str, Any], token: str | None) -> bool:
    if token:
        given = environ.get("HTTP_AUTHORIZATION", "").encode("latin-1")
        return hmac.compare_digest(given, b"Bearer " + token.encode())
    # Without such a header this is the connection's own end, however many proxies are trusted.
    forwarded = any(name.startswith(FORWARDED) for name in environ)
    return not forwarded and is_loopback(environ.get("REMOTE_ADDR") or "")


def _host(environ: dict[str, Any]) -> str:
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""
    except ValueError:
        return ""


class Door:
    """WSGI middleware: lets those through to `/metrics` who may read it, by whatever name.

    Prometheus asks each machine by its address, and cannot be told to send another host's name.
    Where loopback is enough, the name must be one of this machine's: by a name of its own that
    leads here, another site's page could read along in a browser on it (DNS rebinding).
    """

    def __init__(self, application: Any, token: str | None, host: str):
        self.application, self.token, self.host = application, token, host

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH and may_read(environ, self.token):
            environ[ALLOWED] = True
            if self.host and (self.token or is_loopback(_host(environ))):
                environ["HTTP_HOST"] = self.host
        return self.application(environ, start_response)  # type: ignore[no-any-return]


def init_app(app: Flask) -> None:
    hosts = app.config["TRUSTED_HOSTS"] or [""]
    app.wsgi_app = Door(  # type: ignore[method-assign]
        app.wsgi_app, app.config["METRICS_TOKEN"], hosts[0].lstrip(".")
    )
