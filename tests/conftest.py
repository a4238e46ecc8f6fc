"""The app that is tested."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.site import create_app

if TYPE_CHECKING:
    from carafe.testing.openid_provider import OpenIdProvider
    from carafe.testing.site import Site

pytest_plugins = ["carafe.testing"]


def pytest_configure() -> None:
    from carafe.testing.groups import is_missing
    from carafe.testing.providers import EXAMPLE
    from carafe.testing.suite import configure

    configure(
        create_app,
        wsgi="tests.wsgi",
        # Parts that are off by default have routes, too, for tests that open all of them.
        settings={
            "MAGIC_LINK": True,
            "OAUTH_PROVIDERS": {} if is_missing("oauth") else {"acme": EXAMPLE},
        },
        groups={
            "tests/*/oauth/*": "oauth",
        },
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--copies", action="store_true", help="only tests of changed copies")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests on copies of the project to `bin/ci`: they take a minute."""
    selected: list[pytest.Item] = []
    deselected: list[pytest.Item] = []
    for item in items:
        is_copy = item.get_closest_marker("copies") is not None
        (selected if is_copy == config.getoption("--copies") else deselected).append(item)
    items[:] = selected
    config.hook.pytest_deselected(items=deselected)


@pytest.fixture(scope="session")
def _provider() -> Iterator[OpenIdProvider | None]:
    from carafe.testing.groups import is_missing

    if is_missing("oauth"):
        yield None
        return
    from carafe.testing.openid_provider import OpenIdProvider

    with OpenIdProvider("set by `site_provider`") as provider:
        yield provider


@pytest.fixture(scope="session")
def site_settings(_provider: OpenIdProvider | None) -> dict[str, str]:
    """Switch on what is off by default in the development server, too."""
    if _provider is None:
        return {"MAGIC_LINK": "yes"}
    acme = {f"OAUTH_ACME_{name.upper()}": value for name, value in _provider.settings.items()}
    return {"MAGIC_LINK": "yes", "OAUTH_PROVIDERS": "acme"} | acme


@pytest.fixture
def site_provider(site: Site, _provider: OpenIdProvider | None) -> OpenIdProvider:
    """Return Acme, the development server's login provider."""
    from carafe.testing.groups import require

    require("oauth")
    assert _provider
    _provider.redirect_uri = f"{site.url}/auth/oauth/acme/callback"
    return _provider
