"""Choosing a picture in Chromium."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from carafe.testing.images import encoded, quarters

pytestmark = pytest.mark.browser

FACE: FilePayload = {
    "name": "face.jpg",
    "mimeType": "image/jpeg",
    "buffer": encoded(quarters(), "JPEG"),
}
DRAWING: FilePayload = {
    "name": "drawing.svg",
    "mimeType": "image/svg+xml",
    "buffer": b"<svg/>",
}
DRAWN = "document.querySelector('.account-menu img.avatar').naturalWidth"


def test_it_is_uploaded_shown_and_removed(visit: Callable[..., Page], tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(bytes(11 * 1024 * 1024))
    refused: list[tuple[FilePayload | Path, str]] = [
        (DRAWING, "Choose a PNG, JPEG, or WebP image."),
        (photo, "Choose a file of 10 MB or less."),
    ]
    page = visit("user")
    page.goto("/account/profile")
    for file, reason in refused:
        page.get_by_label("Picture").set_input_files(file)
        page.get_by_role("button", name="Upload picture").click()
        expect(page.locator(".field-error")).to_contain_text(reason)
    page.get_by_label("Picture").set_input_files(FACE)
    page.get_by_role("button", name="Upload picture").click()
    page.get_by_text("Picture saved").wait_for()
    page.wait_for_load_state()
    assert page.evaluate(DRAWN) == 256
    page.get_by_role("button", name="Remove picture").click()
    page.get_by_text("Picture removed").wait_for()
    expect(page.locator("img.avatar")).to_have_count(0)
