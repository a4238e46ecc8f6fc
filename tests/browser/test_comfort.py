"""What JavaScript adds: search while one types, a theme of one's own, forms that are sent once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import barriers

pytestmark = pytest.mark.browser


def test_it_searches_while_one_types(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/notes/")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("searchbox").press_sequentially("bicycle: ideas")
    rows = page.locator("#list li strong")
    expect(rows.first).to_have_text("Bicycle: ideas")
    expect(rows.filter(has_not_text="Bicycle: ideas")).to_have_count(0)
    expect(page).to_have_url(re.compile("/notes/.q=bicycle"))
    assert page.evaluate("window.sameDocument")


def test_it_keeps_the_chosen_theme(visit: Callable[..., Page]) -> None:
    page = visit(color_scheme="light")
    page.goto("/")
    light = background(page)
    page.get_by_title("Dark").click()
    dark = background(page)
    assert dark != light
    page.reload()
    assert background(page) == dark
    page.goto("/auth/login")
    assert background(page) == dark
    page.get_by_title("System").click()
    assert background(page) == light


def test_it_follows_the_system_without_a_choice(visit: Callable[..., Page]) -> None:
    page = visit(color_scheme="light")
    page.goto("/")
    light = background(page)
    page.emulate_media(color_scheme="dark")
    assert background(page) != light


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_it_leads_to_the_field_in_question(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/auth/register")
    page.get_by_label("E-mail address").fill("nonsense")
    page.get_by_label("Password", exact=True).fill("seven green bottles")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert not barriers(page)
    summary.get_by_role("link", name="E-mail address").click()
    field = page.get_by_label("E-mail address")
    expect(field).to_be_focused()
    expect(field).to_have_value("nonsense")
    expect(field).to_have_accessible_description(re.compile("This is not an email address"))


def test_it_shows_a_password_on_request(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/auth/login")
    field = page.get_by_label("Password", exact=True)
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show password").click()
    expect(field).to_have_attribute("type", "text")
