"""The administration without a mouse: from the search to a list, and to the page of a row."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from carafe.testing.axe import barriers, barriers_in_both_themes

pytestmark = pytest.mark.browser

FIELD, PERSON = "Search everything", "user@example.com"


@pytest.mark.parametrize("width", [390, 1280])
def test_it_leads_from_the_search_to_a_page(visit: Callable[..., Page], width: int) -> None:
    page = visit("admin", viewport={"width": width, "height": 800})
    page.goto("/admin/jobs/")
    field, suggestions = page.get_by_label(FIELD), page.get_by_role("listbox")
    page.keyboard.press("/")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    page.keyboard.type("user")
    expect(suggestions.get_by_role("option", name="Uma User")).to_be_visible()
    count = suggestions.get_by_role("option").count()
    expect(page.locator(".everything [role=status]")).to_have_text(f"{count} suggestions")
    expect(field).to_have_attribute("aria-expanded", "true")
    assert not barriers_in_both_themes(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("ArrowUp")
    expect(suggestions.get_by_role("option", selected=True)).to_be_in_viewport()
    page.keyboard.press("ArrowDown")
    expect(suggestions.get_by_role("option", selected=True)).to_have_text("Users")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Users")

    # Past the menu, by the list's own search, to the first row.
    skip_to_content(page)
    list_search = page.get_by_label("Email or name")
    tab_to(page, list_search.first)
    page.keyboard.type("uma")
    page.keyboard.press("Enter")
    row = page.get_by_role("link", name=PERSON)
    expect(page.get_by_text("1 user", exact=True)).to_be_visible()
    skip_to_content(page)
    tab_to(page, row)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/admin/users/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(PERSON)
    assert not barriers(page)


SHOWS_FOCUS = """() => {
    const element = document.activeElement, {outlineStyle, boxShadow} = getComputedStyle(element);
    // The parts of a date have marks of the browser's own.
    return element.type === "date" || outlineStyle !== "none" || boxShadow !== "none";
}"""


def skip_to_content(page: Page) -> None:
    # While a page is being parsed, Chromium follows the link again at the end, which takes the
    # focus back.
    page.wait_for_load_state()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until it has the focus, which on the way there can always be seen."""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(SHOWS_FOCUS), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("it cannot be reached by Tab")


def test_it_closes_suggestions_and_leaves_other_fields_alone(visit: Callable[..., Page]) -> None:
    page = visit("admin")
    page.goto("/admin/users/")
    list_search, field = page.get_by_label("Email or name").first, page.get_by_label(FIELD)
    list_search.focus()
    page.keyboard.type("a/b")
    expect(list_search).to_have_value("a/b")
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.type("uma")
    suggestions = page.get_by_role("listbox").get_by_role("option")
    expect(suggestions.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("uma")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/admin/search?q=uma")


def test_it_gives_up_the_single_key(visit: Callable[..., Page]) -> None:
    page = visit("admin")
    page.goto("/admin/search")
    page.get_by_label("leads to the search").uncheck()
    page.goto("/admin/")
    field = page.get_by_label(FIELD)
    expect(field).to_have_attribute("aria-keyshortcuts", "Control+K Meta+K")
    page.keyboard.press("/")
    expect(field).not_to_be_focused()
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()


def test_it_searches_without_javascript(visit: Callable[..., Page]) -> None:
    page = visit("admin", java_script_enabled=False)
    page.goto("/admin/")
    page.get_by_label(FIELD).fill("uma")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=PERSON).click()
    expect(page).to_have_url(re.compile(r"/admin/users/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(PERSON)
