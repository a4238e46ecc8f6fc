"""The content security policy of a response, and additions by views."""

import base64
import hashlib
import secrets

from flask import request

HEADER = "Content-Security-Policy"
# Additions of one response, for the middleware that sends the header.
SOURCES = "CSP_SOURCES"
CSP_DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # Bootstrap's stylesheet has its small icons as data: URLs
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy(**changes: str) -> str:
    """Return the policy as a header's value; `frame_src="'self'"` changes a directive."""
    directives = CSP_DIRECTIVES | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def policy_with(added: dict[str, list[str]]) -> str:
    """Return the policy with sources added to its directives."""
    directives = {
        name: " ".join([*CSP_DIRECTIVES.get(name, "").split(), *added[name]]) for name in added
    }
    return policy(**directives)


def allow(directive: str, *sources: str) -> None:
    """Add sources to a directive of this response's content security policy.

    It does nothing if the view sets its own policy.
    """
    added = request.environ.setdefault(SOURCES, {})
    added[directive] = [*added.get(directive, []), *sources]


def nonce() -> str:
    """Return this response's nonce, for an inline script element."""
    if "CSP_NONCE" not in request.environ:
        request.environ["CSP_NONCE"] = secrets.token_urlsafe(16)
        allow("script-src", f"'nonce-{request.environ['CSP_NONCE']}'")
    value: str = request.environ["CSP_NONCE"]
    return value


def hash_of(inline: str) -> str:
    """Return the source that allows an inline script, or with 'unsafe-hashes' a style attribute."""
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest())
    return f"'sha256-{digest.decode()}'"
