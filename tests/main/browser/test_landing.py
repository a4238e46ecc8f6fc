"""The landing page in Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_its_picture_follows_the_chosen_theme(visit: Callable[..., Page]) -> None:
    page = visit(color_scheme="light")
    page.goto("/")
    assert "landing-light" in picture(page)
    page.get_by_title("Dark").click()
    assert "landing-dark" in picture(page)
    page.reload()
    expect(page.get_by_title("Dark").locator("input")).to_be_checked()
    assert "landing-dark" in picture(page)


def picture(page: Page) -> str:
    """Return the URL of the picture, once it is there."""
    page.wait_for_function("document.querySelector('.hero-picture img').complete")
    return str(page.locator(".hero-picture img").evaluate("image => image.currentSrc"))
