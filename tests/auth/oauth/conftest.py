"""Apps that let people in with Acme, and what people do there."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.auth.models import User
from carafe.auth import providers
from carafe.auth.models import LinkedAccount
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.live_browser import NoRedirects
from carafe.time import now
from tests.conftest import ACME

if TYPE_CHECKING:
    from tests.openid_provider import OpenIdProvider

SITE = "http://localhost"
FRIDA = {"sub": "acme-1", "email": "frida@example.com", "email_verified": True, "name": "Frida"}


def provider_of(name: str) -> OpenIdProvider:
    # The group `oauth` may not be installed, and this file is read all the same.
    from tests.openid_provider import OpenIdProvider

    return OpenIdProvider(f"{SITE}/auth/oauth/{name}/callback")


@pytest.fixture
def acme() -> Iterator[OpenIdProvider]:
    with provider_of("acme") as provider:
        provider.person = dict(FRIDA)
        yield provider


@pytest.fixture
def rival() -> Iterator[OpenIdProvider]:
    """Another provider, which means no good."""
    with provider_of("rival") as provider:
        provider.person = dict(FRIDA)
        yield provider


@pytest.fixture(scope="module")
def open_app(application: Flask) -> Iterator[Flask]:
    with another_app(application, PUBLIC_URL=SITE, OAUTH_PROVIDERS={"acme": ACME}) as made:
        yield made


@pytest.fixture
def app(app: Flask, open_app: Flask, acme: OpenIdProvider, rival: OpenIdProvider) -> Flask:
    """An app whose providers listen on this test's ports: making one for each test costs more."""
    known = {"acme": acme.settings, "rival": rival.settings | {"label": "Rival"}}
    open_app.config["OAUTH_PROVIDERS"] = known
    providers.init_app(open_app)
    return open_app


def depart(browser: Browser, provider: str = "acme", page: str = "/auth/login") -> str:
    """Press the provider's button on a page; the address of the provider that it leads to."""
    forms = r'<form method="post" action="([^"]*/' + provider + r'(?:/connection)?(?:\?[^"]*)?)"'
    found = re.search(forms, browser.get(page).text)
    assert found, f"no button for {provider} at {page}"
    return leads_to(browser.submit(page, action=unescape(found[1])))


def leads_to(answer: TestResponse) -> str:
    """The address of the provider to which a page leads on."""
    assert answer.status_code == 200, answer.text
    refresh = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
    assert refresh, answer.text
    return unescape(refresh[1])


def visit(url: str) -> str:
    """Sign in at the provider: the path here that it sends the browser back to."""
    opener = urllib.request.build_opener(NoRedirects)
    while not url.startswith(f"{SITE}/"):
        with pytest.raises(urllib.error.HTTPError) as answer:
            opener.open(url, timeout=10)
        with answer.value:
            assert answer.value.status == 302, answer.value.read()
            url = answer.value.headers["Location"]
    return url.removeprefix(SITE)


def travel(browser: Browser, provider: str = "acme", page: str = "/auth/login") -> TestResponse:
    """There and back."""
    return browser.get(visit(depart(browser, provider, page)))


def is_in(browser: Browser) -> bool:
    return browser.get("/members").status_code == 200


@pytest.fixture
def connected(app: Flask) -> Callable[..., None]:
    """Has a user connected with an account at a provider, without anybody travelling."""

    def connect(user: User, subject: str = "acme-1", provider: str = "acme") -> None:
        with app.app_context():
            link = {"provider": provider, "subject": subject, "label": f"{subject} there"}
            db.session.add(LinkedAccount(user_id=user.id, **link))
            db.session.commit()

    return connect


@pytest.fixture
def links(app: Flask) -> Callable[[], list[tuple[str, str, str]]]:
    """Who is connected with whom: address here, provider, subject there."""

    def found() -> list[Any]:
        columns = select(User.email, LinkedAccount.provider, LinkedAccount.subject)
        with app.app_context():
            rows = db.session.execute(columns.join(User).order_by(LinkedAccount.id))
            return [tuple(row) for row in rows]

    return found


@pytest.fixture
def frida(app: Flask, connected: Callable[..., None]) -> User:
    """Signed up through Acme: she has no password."""
    with app.app_context():
        user = User.register("frida@example.com", "", name="Frida", confirmed_at=now())
        db.session.commit()
    connected(user)
    return user
