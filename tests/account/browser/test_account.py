"""The user's own account in Chromium: change of address, export, deletion, and canceling it.

Emails are read in the development mailbox.
"""

import json
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from carafe.testing.axe import barriers
from carafe.testing.site import Member, Site

pytestmark = pytest.mark.browser

with_and_without = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


@pytest.fixture
def member(site: Site, visit: Callable[..., Page]) -> Callable[..., Member]:
    """Log in a user created for this test."""

    def make(javascript: bool = True) -> Member:
        member = Member(site, visit(java_script_enabled=javascript), "Lea Ver")
        member.sign_in()
        return member

    return make


def follow(page: Page, email: str) -> None:
    """Follow the link in the newest email to an address."""
    page.goto("/dev/mail")
    page.get_by_role("link", name=email).first.click()
    page.locator("pre a").first.click()


def test_it_changes_the_address_and_gives_it_back(member: Callable[..., Member]) -> None:
    owner = member()
    page, old, new = owner.page, owner.email, owner.email.replace("@", "@new.")
    page.goto("/account/email")
    page.get_by_label("New email address").fill(new)
    page.get_by_role("button", name="Send confirmation link").click()
    expect(page.get_by_role("status")).to_contain_text(new)
    expect(page.get_by_role("button", name="Cancel change")).to_be_visible()

    follow(page, new)
    page.get_by_role("button", name="Change email address").click()
    expect(page.get_by_role("status")).to_contain_text(new)

    follow(page, old)
    page.get_by_role("button", name="Recover my account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set a new password")
    page.get_by_label("New password", exact=True).fill("eight green bottles")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


@with_and_without
def test_it_downloads_ones_data(member: Callable[..., Member], javascript: bool) -> None:
    owner = member(javascript)
    page = owner.page
    page.goto("/account/profile")
    page.get_by_role("link", name="Your data").click()
    page.get_by_role("button", name="Create export").click()
    link = page.get_by_role("link", name="Download")
    reload_link = page.get_by_role("link", name="Refresh")
    expect(link.or_(reload_link)).to_be_visible()
    while reload_link.is_visible():
        reload_link.click()
    with page.expect_download() as download:
        link.click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"personal-data-\d{4}-\d\d-\d\d\.zip", name)
    with zipfile.ZipFile(download.value.path()) as archive:
        [profile] = json.loads(archive.read("profile.json"))
    assert profile["email"] == owner.email
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data")
    assert not javascript or not barriers(page)


def test_it_deletes_the_account_and_keeps_it_after_all(member: Callable[..., Member]) -> None:
    owner = member()
    page = owner.page
    page.goto("/account/export")
    page.get_by_role("link", name="Delete account").click()
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    expect(page.get_by_role("status")).to_contain_text("Account deletion scheduled for")
    owner.log_in()
    expect(page.get_by_role("status")).to_contain_text("Your account won't be deleted.")


@with_and_without
def test_it_shows_times_in_the_zone_that_was_chosen_or_of_the_browser(
    member: Callable[..., Member], javascript: bool
) -> None:
    page = member(javascript).page
    page.goto("/account/activity")
    time = page.locator("td time").first
    assert (time.get_attribute("title") or "").endswith("UTC") is not javascript
    page.goto("/account/profile")
    page.get_by_label("Time zone").select_option(label="Kiritimati")
    page.get_by_role("button", name="Save").click()
    page.goto("/account/activity")
    expect(time).to_have_attribute("title", re.compile(r" \(Pacific/Kiritimati\)$"))
    utc = datetime.fromisoformat((time.get_attribute("datetime") or "")[:16])
    local = datetime.strptime((time.get_attribute("title") or "")[:-21], "%b %d, %Y, %I:%M %p")
    assert local - utc == timedelta(hours=14)
