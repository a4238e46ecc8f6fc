"""The pages that the engine links to: the app sets the endpoint of each."""

from __future__ import annotations

from typing import Literal, get_args

from blinker import signal
from flask import Flask, current_app, request, url_for

from carafe.config import ConfigError
from carafe.web.urls import endpoint_path, public_url

Page = Literal[
    "activity",
    "confirm",
    "confirm_link",
    "data_export",
    "email_change",
    "email_undo",
    "end_impersonation",
    "interrupted_form",
    "invitation",
    "login",
    "logout",
    "magic_link",
    "provider_callback",
    "reauthenticate",
    "reset",
    "reset_link",
    "second_factor",
    "tokens",
    "webhooks",
]
# Required only if this setting switches on what links to it.
OPTIONAL = {
    "end_impersonation": "IMPERSONATION",
    "invitation": "INVITATIONS",
    "magic_link": "MAGIC_LINK",
    "provider_callback": "OAUTH_PROVIDERS",
    "tokens": "API",
    "webhooks": "WEBHOOKS",
}
# Linked to if they exist. Their feature registers them later than the others.
LINKED_IF_ANY = {"activity", "data_export", "tokens", "webhooks"}
# Sent with the app. After this signal, the URLs of pages are available.
pages_registered = signal("pages-registered")
CALL = 'pages.register(app, login="auth.login", …)'


def register(app: Flask, **endpoints: str) -> None:
    """Register the endpoints of pages whose views are already registered.

    Later calls add pages. Raise `ConfigError`, with the remedy, if a page is missing.
    """
    pages = get_args(Page)
    registered: dict[str, str] = app.extensions.get("auth_pages", {}) | endpoints
    needed = [page for page in pages if page not in OPTIONAL or app.config[OPTIONAL[page]]]
    needed = [page for page in needed if page in registered or page not in LINKED_IF_ANY]
    if missing := ", ".join(page for page in needed if page not in registered):
        raise ConfigError(
            "The engine links to pages without endpoints.", f"Add to {CALL}: {missing}"
        )
    if unknown := ", ".join(page for page in endpoints if page not in pages):
        raise ConfigError("The engine links to no such pages.", f"Remove from {CALL}: {unknown}")
    for page in needed:
        if registered[page] not in app.view_functions:
            raise ConfigError(f'No view has the endpoint of "{page}".', f"Correct it in {CALL}.")
    app.extensions["auth_pages"] = registered
    pages_registered.send(app)


def exists(page: Page) -> bool:
    """Return whether the app has a page. It may have none, or a setting switches it off."""
    endpoint = current_app.extensions["auth_pages"].get(page)
    return endpoint in current_app.view_functions


def endpoint(page: Page) -> str:
    """Return the endpoint of a page."""
    endpoints: dict[str, str] = current_app.extensions["auth_pages"]
    return endpoints[page]


def path(page: Page, **values: str | None) -> str:
    """Return the path of a page, for redirects within this site."""
    return url_for(endpoint(page), **values)  # type: ignore[arg-type]


def url(page: Page, **values: str) -> str:
    """Return the absolute URL of a page, for emails; also without a request, as in commands."""
    return public_url(endpoint_path(endpoint(page), **values))


def is_requested(*pages: Page) -> bool:
    """Return whether this request is for one of the pages."""
    return request.endpoint in {endpoint(page) for page in pages}


def is_auth_page() -> bool:
    """Return whether this request is for a page about logging in."""
    blueprint = endpoint("login").rpartition(".")[0]
    return (request.endpoint or "").rpartition(".")[0] == blueprint
