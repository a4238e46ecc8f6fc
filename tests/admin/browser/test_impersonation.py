"""An admin sees the site as a user does, and returns with one click."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carafe.testing.axe import barriers
from carafe.testing.site import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_it_leads_there_and_back(visit: Callable[..., Page], site: Site, width: int) -> None:
    page = visit(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    # A separate session, because what ends here must not affect other tests.
    site.sign_in(page, site.people["admin"][0])
    user, _ = site.people["user"]
    page.goto(f"/admin/users/?q={user}")
    page.get_by_role("link", name=user).click()
    begun = page.url
    page.get_by_role("link", name="View as user").click()
    assert not barriers(page)
    page.get_by_label("Reason").fill("They cannot find their notes")
    page.get_by_role("button", name="View as user").click()

    page.wait_for_url(f"**{site.home}")
    banner = page.get_by_role("region", name="Viewing as another user")
    for path in (site.home, "/members", "/nowhere"):
        page.goto(path)
        expect(banner).to_contain_text(user)
        expect(banner).to_contain_text("Read-only.")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert not barriers(page)

    page.get_by_role("button", name="Stop viewing as user").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(begun)
    expect(banner).to_have_count(0)
