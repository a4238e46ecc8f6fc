"""The landing page in Chromium."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_its_picture_follows_the_chosen_theme(visit: Callable[..., Page]) -> None:
    page = visit(color_scheme="light")
    page.goto("/")
    assert picture(page) == "desktop-light"
    page.get_by_title("Dark").click()
    assert picture(page) == "desktop-dark"
    page.reload()
    expect(page.get_by_title("Dark").locator("input")).to_be_checked()
    assert picture(page) == "desktop-dark"


def test_it_shows_a_phone_on_a_phone(visit: Callable[..., Page]) -> None:
    page = visit(color_scheme="light", viewport={"width": 390, "height": 800})
    page.goto("/")
    assert picture(page) == "phone-light"
    page.get_by_title("Dark").click()
    assert picture(page) == "phone-dark"
    page.get_by_title("System").click()
    assert picture(page) == "phone-light"


def picture(page: Page) -> str:
    """Return which picture is shown, once it has loaded."""
    image = page.locator(".hero-picture img")
    page.wait_for_function("image => image.complete", arg=image.element_handle())
    return name_of(str(image.evaluate("image => image.currentSrc")))


def name_of(url: str) -> str:
    match = re.search(r"/landing-([a-z-]+)\.", url)
    return match[1] if match else ""
