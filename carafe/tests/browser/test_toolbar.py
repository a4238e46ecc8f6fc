"""The debug toolbar, on pages of the development server as `bin/dev` starts it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from carafe.testing.site import Site, run_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(application: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Instead of the server of the other tests, one with the toolbar."""
    with run_site(application, tmp_path_factory.mktemp("toolbar"), debug=True) as site:
        yield site


def test_it_opens_on_request(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/things/")
    expect(page.locator("#flDebugToolbar")).to_be_hidden()
    page.get_by_title("Show Toolbar").click()
    page.get_by_role("link", name="SQLAlchemy").click()
    expect(page.locator("#flDebugSQLAlchemyPanel-content")).to_contain_text("FROM thing")


def test_it_stays_open_and_explains_queries(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/things/")
    page.get_by_title("Show Toolbar").click()
    page.reload()
    page.get_by_role("link", name="SQLAlchemy").click()
    row = page.locator("#flDebugSQLAlchemyPanel-content tbody tr", has_text="FROM thing").first
    expect(row).to_contain_text("SEARCH thing")
