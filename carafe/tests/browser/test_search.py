"""The command palette, and the admin without a mouse: from there to a list, and to a row."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from carafe.testing.axe import barriers, barriers_in_both_themes

pytestmark = pytest.mark.browser

FIELD, PERSON = "Search and commands", "user@example.com"


@pytest.mark.parametrize("width", [390, 1280])
def test_it_leads_from_the_palette_to_a_page(visit: Callable[..., Page], width: int) -> None:
    page = visit("admin", viewport={"width": width, "height": 800})
    page.goto("/admin/jobs/")
    palette = page.get_by_role("dialog", name=FIELD)
    field = page.get_by_role("combobox", name=FIELD)
    page.keyboard.press("/")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    page.keyboard.type("user")
    options = palette.get_by_role("option")
    expect(palette.get_by_role("option", name=f"{PERSON} Uma User")).to_be_visible()
    expect(palette.get_by_role("status")).to_have_text(f"{options.count()} results")
    assert not barriers_in_both_themes(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("ArrowUp")
    chosen = palette.get_by_role("option", selected=True)
    expect(chosen).to_be_in_viewport()
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_text("Users")
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
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


def test_it_says_that_there_is_nothing_and_leaves_other_fields_alone(
    visit: Callable[..., Page],
) -> None:
    page = visit("admin")
    page.goto("/admin/users/")
    list_search, palette = page.get_by_label("Email or name").first, page.get_by_role("dialog")
    list_search.focus()
    page.keyboard.type("a/b?")
    expect(list_search).to_have_value("a/b?")
    page.keyboard.press("Control+k")
    page.keyboard.type("qqqq")
    expect(palette.get_by_text("No results for “qqqq”").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(list_search).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("qqqq")
    expect(palette.get_by_text("No results for “qqqq”").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/admin/search?q=qqqq")


def test_it_runs_actions(visit: Callable[..., Page]) -> None:
    page = visit("user", color_scheme="light", fresh=True)
    page.goto("/members")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Dashboard")).to_be_visible()
    expect(page.get_by_role("option", name="Jobs")).to_have_count(0)
    page.keyboard.type("dark th")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.keyboard.press("Control+k")
    page.keyboard.type("log out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Log in").first).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("option", name="Sign up")).to_be_visible()


def test_its_single_keys_can_be_turned_off(visit: Callable[..., Page]) -> None:
    page = visit("user", fresh=True)
    page.goto("/members")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.keyboard.press("?")
    assert not barriers_in_both_themes(page)
    sheet.get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_have_count(1)
    expect(page.get_by_role("combobox", name=FIELD)).to_have_value("")


def test_it_searches_without_javascript(visit: Callable[..., Page]) -> None:
    page = visit("admin", java_script_enabled=False)
    page.goto("/admin/")
    page.get_by_role("link", name="Search").click()
    page.get_by_label("Search admin pages and data").fill("uma")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=PERSON).click()
    expect(page).to_have_url(re.compile(r"/admin/users/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(PERSON)
