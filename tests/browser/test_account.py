"""One's account by clicking: another address, one's data, leaving and coming back.

With and without JavaScript, and with mails read in the development mailbox.
"""

import json
import re
import zipfile
from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import barriers
from tests.browser.conftest import Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"]),
]

PASSWORD = "seven green bottles"
numbers = count(1)


@pytest.fixture
def enter(site: Site, visit: Callable[..., Page], javascript: bool) -> Callable[[], Page]:
    """Logs somebody in who was made for this test."""

    def make() -> Page:
        email = f"leaver{next(numbers)}@example.com"
        site.register(email, PASSWORD, "Lea Ver")
        page = visit(java_script_enabled=javascript)
        log_in(page, email)
        return page

    return make


def log_in(page: Page, email: str) -> None:
    page.goto("/auth/login")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/dashboard")


def own_address(page: Page) -> str:
    page.goto("/account/email")
    return page.locator(".details dd").first.inner_text().split()[0]


def follow(page: Page, email: str) -> None:
    """Follow the link of the newest mail to an address."""
    page.goto("/dev/mail")
    page.get_by_role("link", name=email).first.click()
    page.locator("pre a").first.click()


def test_it_changes_the_address_and_gives_it_back(enter: Callable[[], Page]) -> None:
    page = enter()
    old = own_address(page)
    new = old.replace("@", "@new.")
    page.get_by_label("New address").fill(new)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("status")).to_contain_text(new)
    expect(page.get_by_role("button", name="Do not change it")).to_be_visible()

    follow(page, new)
    page.get_by_role("button", name="Change address").click()
    expect(page.get_by_role("status")).to_contain_text(new)
    assert own_address(page) == new

    follow(page, old)
    page.get_by_role("button", name="Get my account back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set a new password")
    page.get_by_label("New password", exact=True).fill("eight green bottles")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


def test_it_calls_the_change_off(enter: Callable[[], Page]) -> None:
    page = enter()
    own_address(page)
    page.get_by_label("New address").fill("typo@example.com")
    page.get_by_role("button", name="Send the link").click()
    page.get_by_role("button", name="Do not change it").click()
    expect(page.get_by_role("status")).to_contain_text("stays as it is")
    expect(page.get_by_role("button", name="Do not change it")).to_have_count(0)


def test_it_downloads_ones_data(enter: Callable[[], Page], javascript: bool) -> None:
    page = enter()
    email = own_address(page)
    page.get_by_role("link", name="Your data").click()
    page.get_by_role("button", name="Pack your data").click()
    link = page.get_by_role("link", name="Download")
    again = page.get_by_role("link", name="Look again")
    expect(link.or_(again)).to_be_visible()
    while again.is_visible():
        again.click()
    with page.expect_download() as download:
        link.click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"personal-data-\d{4}-\d\d-\d\d\.zip", name)
    with zipfile.ZipFile(download.value.path()) as archive:
        [profile] = json.loads(archive.read("profile.json"))
    assert profile["email"] == email
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data")
    assert not javascript or not barriers(page)


def test_it_deletes_the_account_and_keeps_it_after_all(enter: Callable[[], Page]) -> None:
    page = enter()
    email = own_address(page)
    page.get_by_role("link", name="Your data").click()
    page.get_by_role("link", name="Delete your account").click()
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    expect(page.get_by_role("status")).to_contain_text("will be deleted on")
    page.goto("/account/profile")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")

    log_in(page, email)
    expect(page.get_by_role("status")).to_contain_text("Your account stays")


def test_it_shows_times_in_the_zone_that_was_chosen(enter: Callable[[], Page]) -> None:
    page = enter()
    page.goto("/account/profile")
    page.get_by_label("Time zone").select_option(label="Kiritimati")
    page.get_by_role("button", name="Save").click()
    page.goto("/account/activity")
    time = page.locator("td time").first
    written, shown = time.get_attribute("title") or "", time.inner_text()
    assert written.endswith("UTC")
    hours = [int(re.search(r"(\d\d):\d\d", text)[1]) for text in (written, shown)]  # type: ignore[index]
    assert (hours[1] - hours[0]) % 24 == 14


def test_it_leaves_times_to_the_browser_otherwise(
    enter: Callable[[], Page], javascript: bool
) -> None:
    page = enter()
    page.goto("/account/activity")
    text = page.locator("td time").first.inner_text()
    assert text.endswith("UTC") is not javascript
