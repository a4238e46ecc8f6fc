"""The theme, chosen in the settings, in Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carafe.testing.axe import barriers
from carafe.testing.site import Member, Site

pytestmark = pytest.mark.browser


def test_it_changes_the_theme_and_keeps_it(site: Site, visit: Callable[..., Page]) -> None:
    page = visit(color_scheme="light")
    Member(site, page, "Lea Ver").sign_in()
    page.goto("/account/appearance")
    cards = page.get_by_role("main")
    expect(cards.get_by_label("System")).to_be_checked()
    cards.get_by_label("System").press("ArrowRight")
    cards.get_by_label("Light").press("ArrowRight")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert barriers(page) == []
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(cards.get_by_label("Dark")).to_be_checked()
    expect(page.get_by_role("banner").locator("[value=dark]")).to_be_checked()
