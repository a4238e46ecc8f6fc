"""What runs in the background, on the page that stands open."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import barriers

pytestmark = pytest.mark.browser


def test_a_copy_of_ones_data_is_packed_and_downloaded(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/account/export")
    page.get_by_role("button", name=re.compile("^Pack")).click()
    link = page.get_by_role("link", name="Download")
    link.wait_for()
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith(".zip")
    assert not barriers(page)


def test_it_is_packed_without_javascript(visit: Callable[..., Page]) -> None:
    page = visit("user", java_script_enabled=False)
    page.goto("/account/export")
    page.get_by_role("button", name=re.compile("^Pack")).click()
    link = page.get_by_role("link", name="Download")
    again = page.get_by_role("link", name="Look again")
    expect(link.or_(again)).to_be_visible()
    while again.is_visible():
        again.click()
    expect(link).to_be_visible()


def test_administrators_see_its_job(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/account/export")
    page.get_by_role("button", name=re.compile("^Pack")).click()
    admin = visit("admin", viewport={"width": 390, "height": 800})
    admin.goto("/admin/jobs/?q=make_export")
    admin.get_by_role("link", name="account.make_export").first.click()
    expect(admin.locator("#job").get_by_text("succeeded")).to_be_visible()
    for dark in ("light", "dark"):
        admin.emulate_media(color_scheme=dark)
        assert not barriers(admin)
    assert admin.evaluate("document.documentElement.scrollWidth") == 390
