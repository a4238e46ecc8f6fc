"""Signing up in Chromium; the email is read in the development mailbox."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carafe.testing.axe import barriers
from carafe.testing.site import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("part", "javascript"), [("html", True), ("text", False)], ids=["javascript", "plain"]
)
def test_it_leads_from_the_form_to_the_first_page(
    visit: Callable[..., Page], site: Site, part: str, javascript: bool
) -> None:
    page = visit(java_script_enabled=javascript)
    email, password = f"{part}@example.com", "seven green bottles"

    page.goto("/auth/login")
    page.get_by_role("link", name="Sign up").last.click()
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Name").fill("Frida First")
    field = page.get_by_label("Password", exact=True)
    if javascript:
        field.fill(password[:7])
        expect(page.locator(".password-state")).to_have_text("1 more character")
    field.fill(password)
    if javascript:
        expect(page.locator(".password-state")).to_have_text("Long enough")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("main")).to_contain_text(f"We sent a link to {email}")

    page.get_by_role("link", name="mailbox", exact=True).click()
    page.get_by_role("link", name=email).click()
    if part == "text":
        page.locator("pre a").first.click()
    else:
        page.frame_locator("iframe").get_by_role("link", name=re.compile("Confirm")).click()
    page.get_by_role("button", name="Confirm email address").click()
    page.wait_for_url(f"**{site.home}")
    expect(page.get_by_role("status")).to_contain_text("confirmed")
    expect(page.locator(".account-menu summary")).to_contain_text("Frida First")


def test_it_leads_to_the_field_in_question(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/auth/register")
    page.get_by_label("Email address").fill("nonsense")
    page.get_by_label("Password", exact=True).fill("short")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("There are 2 problems")
    expect(summary).to_be_focused()
    assert not barriers(page)
    summary.get_by_role("link", name="Email address").click()
    field = page.get_by_label("Email address")
    expect(field).to_be_focused()
    expect(field).to_have_value("nonsense")
    expect(field).to_have_accessible_description(re.compile("Enter a valid email address"))

    # A single error needs no summary.
    page.get_by_label("Password", exact=True).fill("seven green bottles")
    page.keyboard.press("Enter")
    expect(summary).to_have_count(0)
    expect(field).to_be_focused()


def test_it_shows_a_password_on_request(visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto("/auth/login")
    field = page.get_by_label("Password", exact=True)
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show password").click()
    expect(field).to_have_attribute("type", "text")
