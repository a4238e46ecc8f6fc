"""Lists as one wants to see them, by keyboard and on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carafe.testing.axe import barriers_in_both_themes

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_columns_are_chosen_and_a_view_is_saved(visit: Callable[..., Page], width: int) -> None:
    screen = {"width": width, "height": 800}
    page = visit("admin", viewport=screen, reduced_motion="reduce")
    name = f"Ours at {width}"
    page.goto("/admin/users/?role=user&sort=email")
    expect(page.get_by_role("status").filter(has_text=re.compile(r"\d users?"))).to_be_attached()
    page.get_by_role("link", name="Edit columns").click()
    page.get_by_role("checkbox", name="Since").uncheck()
    up = page.get_by_role("button", name="Move Name up")
    up.focus()
    page.keyboard.press("Enter")
    # It goes no further up, so the focus is on the other button.
    expect(page.get_by_role("button", name="Move Name down")).to_be_focused()
    expect(page.get_by_text("Name: position 1 of")).to_have_role("status")
    accessible(page, width)
    page.get_by_role("button", name="Save columns").click()
    page.wait_for_url(re.compile(r"/admin/users/\?role=user&sort=email$"))
    # The first is that of the boxes to select by.
    expect(page.locator("thead th").nth(1)).to_have_text("Name")
    expect(page.get_by_role("columnheader", name="Since")).to_have_count(0)
    page.get_by_role("link", name="Save view").click()
    page.get_by_label("Name", exact=True).first.fill(name)
    accessible(page, width)
    page.keyboard.press("Enter")
    tabs = page.get_by_role("navigation", name="Saved views")
    expect(tabs.locator("[aria-current]")).to_have_text(name)
    accessible(page, width)
    page.get_by_role("link", name="Remove Role: User").click()
    expect(tabs.locator("[aria-current]")).to_have_count(0)
    tabs.get_by_role("link", name=name).click()
    expect(page.get_by_role("link", name="Remove Role: User")).to_be_visible()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Email")
    page.get_by_role("link", name="Edit columns").click()
    page.get_by_role("button", name="Reset to default").click()
    expect(page.get_by_role("columnheader", name="Since")).to_have_count(1)


@pytest.mark.parametrize("java_script", [True, False])
def test_filters_are_folded_on_a_phone(visit: Callable[..., Page], java_script: bool) -> None:
    screen = {"width": 390, "height": 800}
    page = visit("admin", viewport=screen, java_script_enabled=java_script)
    page.goto("/admin/users/")
    role = page.get_by_label("Role")
    expect(page.locator("#list tbody tr").first).to_be_in_viewport()
    expect(role).to_be_hidden()
    fold = page.locator("summary", has_text="Filters")
    fold.focus()
    page.keyboard.press("Enter")
    role.select_option("User")
    page.get_by_role("button", name="Apply").last.click()
    page.wait_for_url("**role=user**")
    expect(fold).to_have_text("Filters 1 active")
    page.get_by_role("search").get_by_role("searchbox").fill("user@")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 user", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Remove Role: User")).to_be_visible()
    # What sorts can be reached there, too.
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Name")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_row_opens_where_it_is_clicked(visit: Callable[..., Page], width: int) -> None:
    page = visit("admin", viewport={"width": width, "height": 800})
    page.goto("/admin/users/?q=user@")
    row = page.locator("#list tbody tr")
    row.locator(".col-tick").click()
    expect(page.get_by_role("checkbox", name="user@example.com")).to_be_visible()
    row.locator("td").last.click()
    page.wait_for_url(re.compile(r"/admin/users/\d+$"))


@pytest.mark.parametrize("width", [390, 1280])
def test_a_related_row_is_picked(visit: Callable[..., Page], width: int) -> None:
    screen = {"width": width, "height": 800}
    page = visit("admin", viewport=screen, reduced_motion="reduce")
    page.goto("/admin/things/new")
    owner = page.get_by_role("combobox", name="Owner")
    owner.press_sequentially("qqqq")
    expect(page.get_by_text("No results for “qqqq”").first).to_be_visible()
    accessible(page, width)
    owner.fill("")
    owner.press_sequentially("user@")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_attribute("aria-selected", "true")
    accessible(page, width)
    page.keyboard.press("Enter")
    expect(owner).to_have_value("user@example.com")
    expect(page.get_by_role("option")).to_have_count(0)
    page.get_by_label("Title").fill(f"Picked at {width}")
    page.get_by_role("button", name="Create thing").click()
    page.wait_for_url(re.compile(r"/admin/things/\d+$"))
    expect(page.get_by_role("link", name="user@example.com")).to_be_visible()


def accessible(page: Page, width: int) -> None:
    assert not barriers_in_both_themes(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
