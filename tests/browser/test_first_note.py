"""From signing up to the first note, by clicking; the mail is read in the development mailbox."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("part", "javascript"), [("html", True), ("text", False)], ids=["javascript", "plain"]
)
def test_it_leads_from_sign_up_to_the_first_note(
    visit: Callable[..., Page], part: str, javascript: bool
) -> None:
    page = visit(java_script_enabled=javascript)
    email, password = f"{part}@example.com", "seven green bottles"

    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Name").fill("Frida First")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("status")).to_contain_text(email)

    page.get_by_role("link", name="Mailbox").click()
    page.get_by_role("link", name=email).click()
    if part == "text":
        page.locator("pre a").first.click()
    else:
        page.frame_locator("iframe").get_by_role("link", name="Confirm address").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("confirmed")

    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Frida First")

    page.get_by_role("link", name="Write a note").click()
    page.get_by_label("Title").fill("The first one")
    page.get_by_label("Text (optional)").fill("Buy apples.")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The first one")
    expect(page.get_by_text("Buy apples.")).to_be_visible()
