"""Two providers with which people log in, and the way there and back.

A `conftest.py` of such tests replaces the app by one that offers these providers:

    @pytest.fixture
    def app(app, provider_application, acme, rival):
        return offer_providers(provider_application, acme, rival)
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from html import unescape
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from carafe.auth import providers
from carafe.auth.models import LinkedAccount, UserMixin
from carafe.auth.users import user_model
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.live_browser import NoRedirects
from carafe.time import now

if TYPE_CHECKING:
    from carafe.testing.openid_provider import OpenIdProvider

ORIGIN = "http://localhost"
# Settings of a provider that is never called.
EXAMPLE = {"client_id": "x", "client_secret": "y", "issuer": "https://acme.example"}
FRIDA = {"sub": "acme-1", "email": "frida@example.com", "email_verified": True, "name": "Frida"}


def _start(name: str) -> OpenIdProvider:
    # This plugin is loaded even if the group `oauth` isn't installed.
    from carafe.testing.openid_provider import OpenIdProvider

    return OpenIdProvider(f"{ORIGIN}/auth/oauth/{name}/callback")


@pytest.fixture
def acme() -> Iterator[OpenIdProvider]:
    """Return a provider at which Frida is logged in."""
    with _start("acme") as provider:
        provider.person = dict(FRIDA)
        yield provider


@pytest.fixture
def rival() -> Iterator[OpenIdProvider]:
    """Return another provider, possibly malicious, at which Frida is logged in."""
    with _start("rival") as provider:
        provider.person = dict(FRIDA)
        yield provider


@pytest.fixture(scope="module")
def provider_application(application: Flask) -> Iterator[Flask]:
    """Create an app with providers, shared by the tests of a module."""
    with another_app(application, PUBLIC_URL=ORIGIN, OAUTH_PROVIDERS={"acme": EXAMPLE}) as made:
        yield made


def offer_providers(app: Flask, acme: OpenIdProvider, rival: OpenIdProvider) -> Flask:
    """Let an app offer this test's providers: creating an app for each test costs more."""
    settings = {"acme": acme.settings, "rival": rival.settings | {"label": "Rival"}}
    app.config["OAUTH_PROVIDERS"] = settings
    providers.init_app(app)
    return app


def start_journey(browser: Browser, provider: str = "acme", page: str = "/auth/login") -> str:
    """Press the provider's button on a page, and return the URL of the provider it leads to."""
    action = r'<form method="post" action="([^"]*/' + provider + r'(?:/connection)?(?:\?[^"]*)?)"'
    opened = browser.get(page)
    match = re.search(action, opened.text)
    assert match, f"no button for {provider} at {page}"
    return authorization_url(browser.send(browser.form(opened, unescape(match[1]))))


def authorization_url(answer: TestResponse) -> str:
    """Return the URL of the provider that a page redirects to."""
    assert answer.status_code == 200, answer.text
    refresh = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
    assert refresh, answer.text
    return unescape(refresh[1])


def authorize(url: str) -> str:
    """Log in at the provider, and return the path here to which it redirects the browser."""
    opener = urllib.request.build_opener(NoRedirects)
    while not url.startswith(f"{ORIGIN}/"):
        with pytest.raises(urllib.error.HTTPError) as answer:
            opener.open(url, timeout=10)
        with answer.value:
            assert answer.value.status == 302, answer.value.read()
            url = answer.value.headers["Location"]
    return url.removeprefix(ORIGIN)


def make_journey(
    browser: Browser, provider: str = "acme", page: str = "/auth/login"
) -> TestResponse:
    """Go to the provider from a page, and come back."""
    return browser.get(authorize(start_journey(browser, provider, page)))


@pytest.fixture
def connect(app: Flask) -> Callable[..., None]:
    """Connect a user to an account at a provider, without a journey."""

    def add(user: UserMixin, subject: str = "acme-1", provider: str = "acme") -> None:
        with app.app_context():
            values = {"provider": provider, "subject": subject, "label": f"{subject} there"}
            db.session.add(LinkedAccount(user_id=user.id, **values))
            db.session.commit()

    return add


@pytest.fixture
def connections(app: Flask) -> Callable[[], list[tuple[str, ...]]]:
    """Return all connections: email address here, provider, subject there."""

    def read() -> list[tuple[str, ...]]:
        model = user_model()
        query = select(model.email, LinkedAccount.provider, LinkedAccount.subject)
        query = query.join(model, model.id == LinkedAccount.user_id).order_by(LinkedAccount.id)
        with app.app_context():
            return [tuple(row) for row in db.session.execute(query)]

    return read


@pytest.fixture
def frida(app: Flask, connect: Callable[..., None]) -> UserMixin:
    """Create a user who signed up with the provider, and has no password."""
    with app.app_context():
        user = user_model().register("frida@example.com", "", name="Frida", confirmed_at=now())
        db.session.commit()
    connect(user)
    return user
