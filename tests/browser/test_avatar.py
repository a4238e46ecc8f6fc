"""Choosing a picture, with and without JavaScript."""

import pytest

from tests.account.avatars.drawings import encoded, quarters

pytestmark = pytest.mark.browser

FACE = {"name": "face.jpg", "mimeType": "image/jpeg", "buffer": encoded(quarters(), "JPEG")}
PHOTO = {**FACE, "buffer": bytes(5 * 1024 * 1024)}
DRAWING = {"name": "drawing.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
DRAWN = "document.querySelector('.account-menu img.avatar').naturalWidth"


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_uploaded_shown_and_removed(visit, scripts):
    page = visit("user", java_script_enabled=scripts)
    page.goto("/account/profile")
    for file, reason in [(DRAWING, "not a PNG, JPEG, or WebP"), (PHOTO, "larger than 2 MB")]:
        page.get_by_label("Picture").set_input_files(file)
        page.get_by_role("button", name="Upload picture").click()
        assert reason in page.locator(".field-error").inner_text()
    page.get_by_label("Picture").set_input_files(FACE)
    page.get_by_role("button", name="Upload picture").click()
    page.get_by_text("Your picture is saved.").wait_for()
    page.wait_for_load_state()
    assert page.evaluate(DRAWN) == 256
    page.get_by_role("button", name="Remove picture").click()
    page.get_by_text("Your picture is removed.").wait_for()
    assert page.locator("img.avatar").count() == 0
