"""Menus and forms without a mouse, and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser


def test_it_skips_to_the_content(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/notes/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Export")).to_be_focused()


def test_it_opens_and_closes_the_account_menu(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/dashboard")
    summary, entry = page.locator(".account-menu summary"), page.get_by_role("link", name="account")
    summary.focus()
    page.keyboard.press("Enter")
    expect(entry).to_be_visible()
    page.keyboard.press("Tab")
    expect(entry).to_be_focused()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(summary).to_be_focused()


def test_it_deletes_a_note(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/notes/new")
    page.get_by_label("Title").focus()
    page.keyboard.type("Typed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Typed")
    page.get_by_role("link", name="Edit").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("deleted")


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_it_logs_out_on_a_phone(visit: Callable[..., Page], site: Site, javascript: bool) -> None:
    page = visit(java_script_enabled=javascript)
    page.set_viewport_size({"width": 390, "height": 800})
    site.log_in(page, "user")
    page.locator(".menu-toggle summary").click()
    page.get_by_role("link", name="Notes", exact=True).click()
    expect(page).to_have_url("/notes/")
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Create an account")).to_be_visible()
    page.goto("/dashboard")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
