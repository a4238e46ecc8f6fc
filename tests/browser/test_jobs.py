"""What runs in the background, on the page that stands open."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import barriers_in_both_themes

pytestmark = pytest.mark.browser


def test_administrators_see_its_job(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/account/export")
    page.get_by_role("button", name=re.compile("^Pack")).click()
    admin = visit("admin", viewport={"width": 390, "height": 800})
    admin.goto("/admin/jobs/?q=make_export")
    admin.get_by_role("link", name="personal_data.make_export").first.click()
    expect(admin.locator("#job").get_by_text("succeeded")).to_be_visible()
    assert not barriers_in_both_themes(admin)
    assert admin.evaluate("document.documentElement.scrollWidth") == 390
