"""The edge: response headers, CSRF, proxies, request limits, rate limits, `flask check`."""

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from itsdangerous import URLSafeTimedSerializer

from carafe.security import (
    body_limits,
    checks,
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
from carafe.security.signing import Sha256Signer

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


class Sha256SessionInterface(SecureCookieSessionInterface):
    """Flask's session cookie, signed with HMAC-SHA-256 instead of SHA-1."""

    def __init__(self) -> None:
        self._serializers: dict[tuple[object, ...], URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the serializer with the app's keys, created once, as a request needs it twice."""
        keys = app.secret_key, *app.config["SECRET_KEY_FALLBACKS"]
        if keys not in self._serializers:
            secrets = [*app.config["SECRET_KEY_FALLBACKS"], app.secret_key]
            self._serializers[keys] = URLSafeTimedSerializer(
                secrets, salt=self.salt, serializer=self.serializer, signer=Sha256Signer
            )
        return self._serializers[keys]

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Open the session. Without a cookie, it is empty, and nothing has to be parsed."""
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie if it changed; otherwise, only declare that the response depends on it."""
        if self.should_set_cookie(app, session) or "Vary" in response.headers:
            super().save_session(app, session, response)
        elif session.accessed:
            response.headers["Vary"] = "Cookie"


def check_request() -> ResponseReturnValue | None:
    """Check each request's headers, origin, and host."""
    body_limits.check_headers()
    body_limits.limit_body()
    answer = csrf.check_csrf()
    if answer is None:
        edge.refuse_without_host()
    return answer


def init_app(app: Flask) -> None:
    app.before_request(check_request)
    local_requests.keep_off_proxies()
    app.session_interface = Sha256SessionInterface()
    headers.init_app(app)
    body_limits.init_app(app)
    csrf.init_app(app)
    rate_limits.init_app(app)
    slots.init_app(app)
    checks.init_app(app)
    edge.init_app(app)
    if app.config["APPLICATION_ROOT"] != "/":
        # Browsers accept the prefix __Host- only with the path /, which all sites here share.
        for name in ("SESSION_COOKIE_NAME", "DEVICE_COOKIE_NAME"):
            app.config[name] = app.config[name].replace("__Host-", "__Secure-")
    debugger.init_app(app)
