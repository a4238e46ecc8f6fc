"""A row of the admin, edited by two at once, with the keyboard and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carafe.testing.axe import barriers

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_it_shows_the_second_both_versions(visit: Callable[..., Page], width: int) -> None:
    screen = {"width": width, "height": 800}
    page = visit("admin", viewport=screen, reduced_motion="reduce")
    page.goto("/admin/things/")
    page.locator("#list tbody a").nth(width % 7).click()
    other = visit("admin")
    other.goto(page.url)
    other.get_by_label("Title").fill(f"Theirs {width}")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Thing saved")).to_be_visible()

    page.get_by_label("Title").fill(f"Mine {width}")
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Compare the two versions")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("table").first).to_contain_text(f"Theirs {width}")
    expect(page.get_by_label("Title")).to_have_value(f"Mine {width}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not barriers(page)

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Thing saved")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Mine {width}")
    assert not barriers(page)
