"""Logging in with another site and with a link from a mail, in a real browser, by clicking.

Chromium follows no redirect of a form to another site that `form-action` does not name: only here
it shows whether people really get there.
"""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from carafe.testing.loopback import document
from carafe.testing.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from carafe.testing.server import Server
from tests.browser.conftest import DEFAULTS, SITE, Site, development_site

pytestmark = pytest.mark.browser
both = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


@pytest.fixture(scope="module")
def acme() -> Iterator[OpenIdProvider]:
    with OpenIdProvider("set by `site`") as provider:
        yield provider


@pytest.fixture(scope="module")
def site(
    application: Flask, acme: OpenIdProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Instead of the server of the other tests, one that lets people in from elsewhere."""
    settings = {
        "APP_ENV": "development",
        "MAGIC_LINK": "yes",
        "OAUTH_PROVIDERS": "acme",
        "OAUTH_ACME_CLIENT_ID": CLIENT_ID,
        "OAUTH_ACME_CLIENT_SECRET": CLIENT_SECRET,
        "OAUTH_ACME_ISSUER": acme.issuer,
    }
    server = Server(tmp_path_factory.mktemp("elsewhere"), DEFAULTS | settings)
    acme.redirect_uri = f"{server.url}/auth/oauth/acme/callback"
    with development_site(application, server, "--app", SITE, "run") as site:
        yield site


@both
def test_it_logs_in_with_another_site(
    visit: Callable[..., Page], site: Site, acme: OpenIdProvider, javascript: bool
) -> None:
    acme.person = {"sub": f"{javascript}", "email_verified": True, "name": "Frida Far",
                   "email": f"{javascript}@example.com"}  # fmt: skip
    page = visit(java_script_enabled=javascript)
    page.goto("/notes/")
    page.get_by_role("button", name="Continue with Acme").click()
    page.wait_for_url(f"{site.url}/notes/")
    page.goto("/dashboard")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Frida Far")

    page.goto("/account/password")
    page.get_by_label("New password", exact=True).fill("seven green bottles")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("status")).to_contain_text("Your password is set")


@both
def test_it_connects_and_disconnects(
    visit: Callable[..., Page], acme: OpenIdProvider, javascript: bool
) -> None:
    acme.person = {"sub": "uma there", "email": "uma@elsewhere.example"}
    page = visit("user", java_script_enabled=javascript)
    page.goto("/account/connections")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("status")).to_contain_text("Your Acme account is connected")
    expect(page.get_by_role("cell", name="uma@elsewhere.example")).to_be_visible()

    page.locator("summary", has_text="Disconnect").click()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("status")).to_contain_text("Your Acme account is disconnected")


@both
def test_it_leads_back_from_what_does_not_work(
    visit: Callable[..., Page], acme: OpenIdProvider, javascript: bool
) -> None:
    page = visit(java_script_enabled=javascript)
    with acme.answering("/token", lambda call: document({"error": "invalid_grant"}, 400)):
        page.goto("/auth/login")
        page.get_by_role("button", name="Continue with Acme").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("That did not work")
    page.get_by_role("link", name="Start again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


@both
def test_it_logs_in_with_a_link_from_a_mail(
    visit: Callable[..., Page], site: Site, javascript: bool
) -> None:
    page = visit(java_script_enabled=javascript)
    page.goto("/auth/login")
    page.get_by_role("link", name="Log in with a link in a mail").click()
    page.get_by_label("E-mail address").fill(site.people["user"][0])
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status")).to_contain_text("a link is on its way")

    page.goto("/dev/mail")
    page.get_by_role("link", name="Your link to log in").first.click()
    page.locator("pre a").first.click()
    page.get_by_label("Keep me logged in").check()
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/dashboard")
