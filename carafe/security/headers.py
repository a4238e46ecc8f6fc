"""Security headers on every response: pages, errors, and static files.

Values follow the OWASP HTTP Headers Cheat Sheet. A view that needs a different content security
policy sets its own header, which takes precedence.
"""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from carafe.security import csp

HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    # For scanners, and browsers without frame-ancestors; others use only that.
    ("X-Frame-Options", "DENY"),
    # Not no-referrer: browsers would send "Origin: null" with our own forms.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
]
HSTS = ("Strict-Transport-Security", "max-age=31536000")


class SecurityHeadersMiddleware:
    """WSGI middleware, so that responses Flask never sees have the headers, too."""

    def __init__(self, application: WSGIApplication, headers: list[tuple[str, str]]):
        self.application, self.headers = application, headers
        self.policy = (csp.HEADER, csp.policy())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str, headers: list[tuple[str, str]], *error: Any
        ) -> Callable[[bytes], object]:
            has_policy = any(name == csp.HEADER for name, _ in headers)
            headers += self.headers
            if has_policy:
                pass  # the view's own takes precedence: browsers would enforce both
            elif added := environ.get(csp.SOURCES):
                headers.append((csp.HEADER, csp.policy_with(added)))
            else:
                headers.append(self.policy)
            return start_response(status, headers, *error)

        return self.application(environ, start)


def init_app(app: Flask) -> None:
    production = app.config["APP_ENV"] == "production"
    app.wsgi_app = SecurityHeadersMiddleware(  # type: ignore[method-assign]
        app.wsgi_app, [*HEADERS, HSTS] if production else HEADERS
    )
    app.jinja_env.globals["csp_nonce"] = csp.nonce
