"""Rows are ticked, acted on and put back: by keyboard, on a phone, without script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carafe.testing.axe import barriers_in_both_themes

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_rows_are_ticked_and_suspended_and_reinstated(
    visit: Callable[..., Page], width: int
) -> None:
    size = {"width": width, "height": 800}
    page = visit("admin", viewport=size, reduced_motion="reduce")
    page.goto("/admin/users/?q=user@")
    box = page.get_by_role("checkbox", name="user@example.com")
    box.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 selected")).to_have_role("status")
    everything = page.get_by_label("Select all on this page")
    expect(everything).to_be_checked()
    everything.uncheck()
    expect(box).not_to_be_checked()
    everything.check()
    looks_right(page, width)
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Suspend 1 user?")
    looks_right(page, width)
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("1 user suspended")).to_be_visible()
    looks_right(page, width)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone for 1 user")).to_be_visible()
    assert page.url.endswith("?q=user%40")


def test_all_that_match_are_selected(visit: Callable[..., Page]) -> None:
    page = visit("admin")
    page.goto("/admin/things/")
    bar, header = page.locator("#selection"), page.get_by_label("Select all on this page")
    expect(bar).to_be_hidden()
    header.check()
    expect(page.get_by_text("50 selected", exact=True)).to_be_visible()
    page.get_by_role("button", name=re.compile("^Select all ")).click()
    expect(page.get_by_text(re.compile("^All .* selected$"))).to_be_visible()
    page.locator("tbody .col-tick input").first.uncheck()
    expect(page.get_by_text("49 selected", exact=True)).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()
    expect(header).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
def test_it_hides_no_row_that_has_the_focus(visit: Callable[..., Page], width: int) -> None:
    size = {"width": width, "height": 800}
    page = visit("admin", viewport=size, reduced_motion="reduce")
    page.goto("/admin/things/")
    page.locator(".col-tick input").first.check()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(IS_SEEN), page.evaluate("document.activeElement.outerHTML")


IS_SEEN = """() => {
    const bottom = document.activeElement.getBoundingClientRect().bottom;
    return bottom <= document.querySelector(".selection").getBoundingClientRect().top;
}"""


def test_the_palette_acts_on_what_is_selected(visit: Callable[..., Page]) -> None:
    page = visit("admin")
    page.goto("/admin/users/?q=user@")
    page.get_by_role("checkbox", name="user@example.com").check()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="1 selected")).to_be_visible()
    page.keyboard.type("susp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Suspend 1 user?")


def test_it_needs_no_script(visit: Callable[..., Page]) -> None:
    page = visit("admin", java_script_enabled=False)
    page.goto("/admin/users/?q=user@")
    page.get_by_role("checkbox", name="user@example.com").check()
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Suspend 1 user?")


def looks_right(page: Page, width: int) -> None:
    assert not barriers_in_both_themes(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
