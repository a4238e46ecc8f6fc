"""A file in, by the pages that say what would come of it; and the list out again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from carafe.testing.axe import barriers

pytestmark = pytest.mark.browser

ROWS = [f"Imported {n},{'nobody' if n == 3 else 'user'}@example.com" for n in range(20)]
FILE: FilePayload = {
    "name": "some things.csv",
    "mimeType": "text/csv",
    "buffer": "\n".join(["Title;x,user.email", *ROWS]).encode(),
}


def test_it_is_seen_before_it_happens(visit: Callable[..., Page]) -> None:
    page = visit("admin")

    def look() -> None:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert not barriers(page)
            assert page.evaluate("document.documentElement.scrollWidth") == width

    page.goto("/admin/things/")
    page.get_by_role("link", name="Import").click()
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("File")).to_be_focused()
    look()
    page.get_by_label("File").set_input_files(FILE)
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("Title;x").select_option("Title (required)")
    look()
    page.get_by_role("button", name="Check rows").click()
    expect(page.get_by_role("heading", name="19 of 20 rows are ready")).to_be_visible()
    expect(page.get_by_role("cell", name="nobody@example.com")).to_be_visible()
    look()
    page.get_by_role("button", name="Import 19 rows").click()
    expect(page.get_by_text("Skipped (invalid)")).to_be_visible()
    look()
    page.get_by_role("link", name="View things").click()
    expect(page.get_by_role("link", name="Imported 19")).to_be_visible()
    page.get_by_role("link", name="Export").click()
    page.get_by_role("button", name="Create Excel file").click()
    expect(page.get_by_role("heading", name=re.compile("is ready$"))).to_be_visible()
    look()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download file").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    # The job that made it.
    page.goto("/admin/jobs/?q=export")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.locator("#job").get_by_text("Succeeded")).to_be_visible()
    look()
