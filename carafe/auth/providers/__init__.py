"""Login providers: any OpenID Connect provider, and GitHub.

The setting `OAUTH_PROVIDERS` names them. Without any, authlib and requests are not imported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app

from carafe.auth import pages
from carafe.config import ConfigError, missing_group
from carafe.config.url_parts import split_url
from carafe.network import is_loopback

LIBRARIES = ("authlib", "requests")
BUILT_IN: dict[str, dict[str, Any]] = {
    # Google never asks for the password again: choosing an account is all it offers.
    "google": {
        "label": "Google",
        "issuer": "https://accounts.google.com",
        "prove": {"prompt": "select_account"},
    },
    # Not OpenID Connect, but OAuth 2.0 and an API. GitHub Enterprise has other URLs.
    "github": {
        "label": "GitHub",
        "issuer": "https://github.com/login/oauth",
        "api_url": "https://api.github.com",
        "prove": {"prompt": "select_account"},
    },
}
# OpenID Connect Core, 3.1.2.1: users with a session there log in again.
PROVE = {"prompt": "login", "max_age": "0"}


@dataclass(frozen=True)
class Provider:
    """A provider as configured."""

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    issuer: str
    label: str
    # Where it differs for GitHub.
    api_url: str = ""
    # Added when a user has to prove their identity again.
    prove: Mapping[str, str] = field(default_factory=lambda: PROVE)

    @property
    def redirect_uri(self) -> str:
        """Return the only redirect URI, as registered with the provider."""
        return _callback_url(self.name)

    def allows_url(self, address: str) -> bool:
        """Return whether its documents may contain this URL, local only if the provider is."""
        if not is_safe(address):
            return False
        return is_loopback(_host(self.issuer)) or not is_loopback(_host(address))


def configured() -> list[Provider]:
    return list(_providers().values())


def find(name: str) -> Provider:
    """Return the provider with that name, or 404."""
    return _providers().get(name) or abort(404)


def label(name: str) -> str:
    """Return the display name of a provider, even if it is no longer configured."""
    provider = _providers().get(name)
    return provider.label if provider else name.title()


def _providers() -> dict[str, Provider]:
    providers: dict[str, Provider] = current_app.extensions["providers"]
    return providers


@pages.pages_registered.connect
def init_app(app: Flask) -> None:
    """Read the settings, once the remedy for a missing one can include the redirect URI."""
    settings: Mapping[str, Mapping[str, str]] = app.config["OAUTH_PROVIDERS"] or {}
    if settings and not all(map(find_spec, LIBRARIES)):
        raise missing_group("OAUTH_PROVIDERS", "oauth")
    with app.app_context():
        app.extensions["providers"] = {name: _read(name, settings[name]) for name in settings}
    # What discovery found, and when it expires.
    app.extensions["provider_documents"] = {}


def _callback_url(name: str) -> str:
    return pages.url("provider_callback", provider=name)


def _read(name: str, options: Mapping[str, str]) -> Provider:
    values: dict[str, Any] = {"label": name.title()} | BUILT_IN.get(name, {}) | dict(options)
    for key in ("client_id", "client_secret"):
        variable = f"OAUTH_{name}_{key}".upper()
        if not values.get(key):
            raise ConfigError(
                f"{variable} is missing.",
                f"Register this site with {values['label']} using the redirect URI "
                f"{_callback_url(name)}, then set the values you get.",
            )
    for key in ("issuer", "api_url"):
        variable, address = f"OAUTH_{name}_{key}".upper(), values.get(key, "")
        if (address or key == "issuer") and not is_safe(address):
            quoted = "" if "@" in address else f"={address!r}"  # may contain a password
            raise ConfigError(
                f"Invalid value {variable}{quoted}.",
                "Use the issuer URL exactly as the provider shows it, such as "
                "https://accounts.example.org. Plain http works for localhost only.",
            )
        if "?" in address or "/.well-known/" in address:
            raise ConfigError(
                f"Invalid {variable}: it is the URL of a document.",
                "Remove /.well-known/ and everything after it, and any query.",
            )
    return Provider(name=name, **values)


def is_safe(address: object) -> bool:
    """Return whether a URL may receive secrets: over TLS, or on this machine."""
    if not isinstance(address, str) or not re.fullmatch(r"https?://[^\s\"'<>\\#@]+", address):
        return False
    try:
        url = split_url(address)
    except ValueError:
        return False
    return bool(url.host) and (url.scheme == "https" or is_loopback(url.host.strip("[]")))


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
