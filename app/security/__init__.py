"""The edges: response headers, CSRF, proxies, bounds of a request, rate limits."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.security import csrf, headers, limits, requests


def init_app(app: Flask) -> None:
    headers.init_app(app)
    requests.init_app(app)
    csrf.init_app(app)
    limits.init_app(app)
    if hops := app.config["TRUSTED_PROXIES"]:
        # X-Forwarded-Host stays out: proxies pass Host on, and many let a visitor's header through.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=0
        )
