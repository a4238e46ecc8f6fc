"""Lists as one wants to see them, by keyboard and on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import barriers

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_columns_are_chosen_and_a_view_is_saved(visit: Callable[..., Page], width: int) -> None:
    screen = {"width": width, "height": 800}
    page = visit("admin", viewport=screen, reduced_motion="reduce")
    name = f"Ours at {width}"
    page.goto("/admin/users/?state=active&sort=email")
    expect(page.get_by_role("status").filter(has_text="users")).to_be_attached()
    page.get_by_role("link", name="Columns").click()
    page.get_by_role("checkbox", name="Time zone").check()
    page.get_by_label("Position of Time zone").fill("1")
    accessible(page, width)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/admin/users/\?sort=email&state=active$"))
    # The first is that of the boxes to select by.
    expect(page.locator("thead th").nth(1)).to_have_text("Time zone")
    page.get_by_role("link", name="Save view").click()
    page.get_by_label("Name", exact=True).first.fill(name)
    accessible(page, width)
    page.keyboard.press("Enter")
    tabs = page.get_by_role("navigation", name="Views")
    expect(tabs.locator("[aria-current]")).to_have_text(name)
    accessible(page, width)
    page.get_by_role("link", name="Remove State: Active").click()
    expect(tabs.locator("[aria-current]")).to_have_count(0)
    tabs.get_by_role("link", name=name).click()
    expect(page.get_by_role("link", name="Remove State: Active")).to_be_visible()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("E-mail")


def accessible(page: Page, width: int) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert not barriers(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
