"""The "relying party" of Web Authentication.

Passkeys are bound to a name: the host of `PUBLIC_URL`, never what a request claims.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, current_app, request

from carafe.auth.models import Passkey
from carafe.config import ConfigError

DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class RelyingParty:
    """The name that passkeys are bound to, and the only origin where they work."""

    id: str
    origin: str
    # Whether browsers support passkeys there at all.
    is_supported: bool

    @property
    def is_requested(self) -> bool:
        """Return whether this request is for the relying party's host, not another name for it."""
        return urlsplit(f"//{request.host}").hostname == self.id


def current_relying_party() -> RelyingParty:
    """Return the relying party of `PUBLIC_URL`."""
    return _relying_party(current_app.config["PUBLIC_URL"])


@cache
def _relying_party(public_url: str) -> RelyingParty:
    parts = urlsplit(public_url)
    host, named = parts.hostname or "", True
    try:
        # Browsers refuse IP addresses, 127.0.0.1 included, and accept localhost without HTTPS.
        named = ip_address(host).is_loopback
        host = "localhost" if named else host
    except ValueError:
        host = host if host.isascii() else host.encode("idna").decode()
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    is_local = host == "localhost" or host.endswith(".localhost")
    works = named and (is_local or parts.scheme == "https")
    return RelyingParty(host, f"{parts.scheme}://{host}{port}", works)


def available() -> RelyingParty | None:
    """Return the relying party if its pages can offer passkeys. `passkeys()` in templates."""
    site = current_relying_party()
    return site if current_app.config["PASSKEYS"] and site.is_supported else None


def has_passkeys(user_id: int) -> bool:
    """Return whether a page should offer its button to this user."""
    return available() is not None and Passkey.count(user_id) > 0


def init_app(app: Flask) -> None:
    if app.config["PASSKEYS"] and find_spec("webauthn") is None:
        raise ConfigError(
            "PASSKEYS needs a package that is not installed (webauthn).",
            "Run bin/setup, or set PASSKEYS=no.",
        )
    app.jinja_env.globals["passkeys"] = available
    app.jinja_env.globals["has_passkeys"] = has_passkeys
