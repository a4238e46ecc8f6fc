"""Sites that people may sign in with: any OpenID Connect provider, and GitHub.

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
    # Google asks for no password again, whatever it is sent: choosing an account is what it has.
    "google": {
        "label": "Google",
        "issuer": "https://accounts.google.com",
        "prove": {"prompt": "select_account"},
    },
    # Not OpenID Connect, but OAuth 2.0 and an API. A GitHub Enterprise has other addresses.
    "github": {
        "label": "GitHub",
        "issuer": "https://github.com/login/oauth",
        "api_url": "https://api.github.com",
        "prove": {"prompt": "select_account"},
    },
}
# OpenID Connect Core, 3.1.2.1: who has a session there signs in again.
PROVE = {"prompt": "login", "max_age": "0"}


@dataclass(frozen=True)
class Provider:
    """A provider as the settings describe it."""

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    issuer: str
    label: str
    # Where it speaks as GitHub does.
    api_url: str = ""
    # What is added when someone is to prove again who they are.
    prove: Mapping[str, str] = field(default_factory=lambda: PROVE)

    @property
    def redirect_uri(self) -> str:
        """The one address to come back to, as it is registered with the provider."""
        return _callback_url(self.name)

    def allows_url(self, address: str) -> bool:
        """Whether its documents may name this address: not of this machine, unless it is here."""
        if not is_safe(address):
            return False
        return is_loopback(_host(self.issuer)) or not is_loopback(_host(address))


def configured() -> list[Provider]:
    return list(_providers().values())


def find(name: str) -> Provider:
    """The provider of that name, or 404."""
    return _providers().get(name) or abort(404)


def label(name: str) -> str:
    """What people know a provider as; also one that is not configured anymore."""
    provider = _providers().get(name)
    return provider.label if provider else name.title()


def _providers() -> dict[str, Provider]:
    providers: dict[str, Provider] = current_app.extensions["providers"]
    return providers


@pages.pages_registered.connect
def init_app(app: Flask) -> None:
    """Read the settings, once the remedy for a missing one can name the page to come back to."""
    settings: Mapping[str, Mapping[str, str]] = app.config["OAUTH_PROVIDERS"] or {}
    if settings and not all(map(find_spec, LIBRARIES)):
        raise missing_group("OAUTH_PROVIDERS", "oauth")
    with app.app_context():
        app.extensions["providers"] = {name: _read(name, settings[name]) for name in settings}
    # What discovery has found, and until when it is believed.
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
            quoted = "" if "@" in address else f"={address!r}"  # with a password, perhaps
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
    """Whether an address may be sent secrets: over TLS, or to this machine."""
    if not isinstance(address, str) or not re.fullmatch(r"https?://[^\s\"'<>\\#@]+", address):
        return False
    try:
        url = split_url(address)
    except ValueError:
        return False
    return bool(url.host) and (url.scheme == "https" or is_loopback(url.host.strip("[]")))


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
