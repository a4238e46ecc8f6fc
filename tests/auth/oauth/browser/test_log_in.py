"""Logging in with a provider and with an emailed link, in Chromium.

Chromium follows no redirect of a form to another site that `form-action` doesn't name: only here it
shows whether users really get there.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carafe.testing.loopback import document
from carafe.testing.openid_provider import OpenIdProvider
from carafe.testing.site import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_it_logs_in_with_another_site(
    visit: Callable[..., Page], site: Site, site_provider: OpenIdProvider, javascript: bool
) -> None:
    site_provider.person = {"sub": f"{javascript}", "email_verified": True, "name": "Frida Far",
                   "email": f"{javascript}@example.com"}  # fmt: skip
    page = visit(java_script_enabled=javascript)
    page.goto("/members")
    page.get_by_role("button", name="Continue with Acme").click()
    page.wait_for_url(f"{site.url}/members")
    expect(page.get_by_text("Hello, Frida Far")).to_be_visible()


def test_it_leads_back_from_what_does_not_work(
    visit: Callable[..., Page], site: Site, site_provider: OpenIdProvider
) -> None:
    page = visit()
    with site_provider.answering("/token", lambda call: document({"error": "invalid_grant"}, 400)):
        page.goto("/auth/login")
        page.get_by_role("button", name="Continue with Acme").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("That didn't work")
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


def test_it_logs_in_with_a_link_from_a_mail(visit: Callable[..., Page], site: Site) -> None:
    page = visit()
    page.goto("/auth/login")
    page.get_by_role("link", name="Email me a login link").click()
    page.get_by_label("Email address").fill(site.people["user"][0])
    page.get_by_role("button", name="Email me a link").click()
    expect(page.get_by_role("status")).to_contain_text("we've sent a login link")

    page.goto("/dev/mail")
    page.get_by_role("link", name="Your login link").first.click()
    page.locator("pre a").first.click()
    page.get_by_label("Keep me logged in").check()
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(f"**{site.home}")
