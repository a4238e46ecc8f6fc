"""The debug toolbar, on pages of the development server as `bin/dev` starts it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from carafe.testing.server import Server
from tests.browser.conftest import DEFAULTS, Site, development_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(application: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Instead of the server of the other tests, one with the toolbar."""
    server = Server(tmp_path_factory.mktemp("toolbar"), {"APP_ENV": "development", **DEFAULTS})
    with development_site(application, server, "run") as site:
        yield site


def test_it_opens_on_request(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/notes/")
    expect(page.locator("#flDebugToolbar")).to_be_hidden()
    page.get_by_title("Show Toolbar").click()
    page.get_by_role("link", name="SQLAlchemy").click()
    expect(page.locator("#flDebugSQLAlchemyPanel-content")).to_contain_text("FROM note")


def test_it_stays_open_and_explains_queries(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/notes/")
    page.get_by_title("Show Toolbar").click()
    page.reload()
    page.get_by_role("link", name="SQLAlchemy").click()
    row = page.locator("#flDebugSQLAlchemyPanel-content tbody tr", has_text="FROM note").first
    expect(row).to_contain_text("SEARCH note")
