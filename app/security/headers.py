"""Security headers on every answer: pages, errors and static files.

Values follow the OWASP HTTP Headers Cheat Sheet. A view that needs another content security
policy sets its own header, which then stands.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request

CSP = "Content-Security-Policy"
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # Bootstrap's stylesheet holds its small icons as data: URLs
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    # For scanners and browsers that do not know frame-ancestors; others heed that alone.
    ("X-Frame-Options", "DENY"),
    # Not no-referrer: browsers then send "Origin: null" with our own forms.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
]
HSTS = ("Strict-Transport-Security", "max-age=31536000")


def policy(**changes: str) -> str:
    """The content security policy as a header's value; `frame_src="'self'"` changes a directive."""
    directives = POLICY | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _merged(added: dict[str, list[str]]) -> dict[str, str]:
    return {name: " ".join([*POLICY.get(name, "").split(), *added[name]]) for name in added}


def allow(directive: str, *sources: str) -> None:
    """Add sources to a directive of this response's content security policy.

    They do nothing where the view sets a policy of its own.
    """
    added = request.environ.setdefault("CSP_SOURCES", {})
    added[directive] = [*added.get(directive, []), *sources]


def csp_nonce() -> str:
    """This answer's nonce, for a script element that is not a file."""
    if "CSP_NONCE" not in request.environ:
        request.environ["CSP_NONCE"] = secrets.token_urlsafe(16)
        allow("script-src", f"'nonce-{request.environ['CSP_NONCE']}'")
    nonce: str = request.environ["CSP_NONCE"]
    return nonce


def csp_hash(inline: str) -> str:
    """Return the source that allows an inline script, or with 'unsafe-hashes' a style attribute."""
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest())
    return f"'sha256-{digest.decode()}'"


class SecurityHeaders:
    """WSGI middleware, so that what Flask never sees has the headers, too."""

    def __init__(self, application: Any, headers: list[tuple[str, str]]):
        self.application, self.headers = application, headers
        self.policy = (CSP, policy())

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            headers += self.headers
            if any(name == CSP for name, _ in headers):
                pass  # the view's own stands; of two, browsers enforce both
            elif added := environ.get("CSP_SOURCES"):
                headers.append((CSP, policy(**_merged(added))))
            else:
                headers.append(self.policy)
            return start_response(status, headers, *error)

        return self.application(environ, start)  # type: ignore[no-any-return]


def init_app(app: Flask) -> None:
    production = app.config["APP_ENV"] == "production"
    app.wsgi_app = SecurityHeaders(  # type: ignore[method-assign]
        app.wsgi_app, [*HEADERS, HSTS] if production else HEADERS
    )
    app.jinja_env.globals["csp_nonce"] = csp_nonce
