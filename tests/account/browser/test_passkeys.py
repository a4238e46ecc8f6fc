"""Passkeys in Chromium, with a virtual authenticator (DevTools protocol, domain WebAuthn)."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import CDPSession, Page, expect

from carafe.testing.axe import barriers
from carafe.testing.site import Member, Site

pytestmark = pytest.mark.browser

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
# Otherwise a page would use the passkey before a test does.
AUTOFILL = "autofill"
NO_AUTOFILL = f"""
if (location.search !== "?{AUTOFILL}") {{
  PublicKeyCredential.isConditionalMediationAvailable = async () => false;
}}
"""


class Owner(Member):
    """A user with a device that has passkeys."""

    def __init__(self, site: Site, page: Page):
        super().__init__(site, page)
        page.add_init_script(NO_AUTOFILL)
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        answer = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        self.device = {"authenticatorId": answer["authenticatorId"]}

    def add_passkey(self, name: str) -> None:
        self.page.goto("/account/passkeys")
        self.page.get_by_role("link", name="Add a passkey").first.click()
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_role("button", name="Add passkey").click()
        expect(self.page.get_by_text("Passkey added").first).to_be_visible()
        self.page.goto("/account/passkeys")

    def wait_until_the_proof_is_old(self) -> None:
        with closing(sqlite3.connect(self.site.server.folder / "app.db", timeout=10)) as db, db:
            db.execute(
                "UPDATE session SET authenticated_at = '2020-01-01 00:00:00.000000'"
                ' WHERE user_id = (SELECT id FROM "user" WHERE email = ?)',
                [self.email],
            )


@pytest.fixture
def localhost(site: Site) -> str:
    """Return the site under its name: browsers don't support passkeys for 127.0.0.1."""
    return f"http://localhost:{site.server.port}"


@pytest.fixture
def newcomer(visit: Callable[..., Page], site: Site, localhost: str) -> Iterator[Owner]:
    owner = Owner(site, visit(base_url=localhost))
    yield owner
    owner.cdp.send("WebAuthn.disable")
    owner.cdp.detach()


@pytest.fixture
def owner(newcomer: Owner, localhost: str) -> Owner:
    """Return a logged-in user with a passkey."""
    newcomer.sign_in(localhost)
    newcomer.add_passkey("My phone")
    return newcomer


def row(page: Page, name: str) -> str:
    page.goto("/account/passkeys")
    return page.get_by_role("row").filter(has_text=name).inner_text()


def test_it_adds_renames_and_removes_one(owner: Owner) -> None:
    page = owner.page
    assert "Never" in row(page, "My phone")
    page.goto("/account/passkeys/new")
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile("already"))
    expect(page).to_have_url("/account/passkeys/new")
    page.goto("/account/passkeys")
    page.get_by_role("link", name="Rename My phone").click()
    page.get_by_label("Name").fill("My old phone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="My old phone", exact=True)).to_be_visible()
    page.locator("summary").filter(has_text="Remove").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No passkeys yet")).to_be_visible()


def test_it_signs_in_by_the_button(owner: Owner) -> None:
    page = owner.page
    owner.log_out()
    page.goto("/auth/login?next=/members")
    page.get_by_label("Keep me logged in").check()
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page).to_have_url("/members")
    assert "Never" not in row(page, "My phone")
    [cookie] = [c for c in page.context.cookies() if c["name"] == "session"]
    assert cookie["expires"] > 0


def test_it_signs_in_from_the_email_field(owner: Owner) -> None:
    page = owner.page
    owner.log_out()
    # The virtual authenticator chooses what the browser would list at the field.
    page.goto(f"/auth/login?{AUTOFILL}")
    owner.wait_for_home()


def test_it_says_when_no_passkey_was_used(newcomer: Owner) -> None:
    page = newcomer.page
    page.goto("/auth/login")
    newcomer.cdp.send("WebAuthn.setUserVerified", newcomer.device | {"isUserVerified": False})
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.locator(".passkey [role=alert]")).to_have_text(re.compile("No passkey was used"))
    assert not barriers(page)


def test_it_says_when_a_passkey_was_removed_here(owner: Owner) -> None:
    """The device still has it."""
    page = owner.page
    page.locator("summary").filter(has_text="Remove").click()
    page.get_by_role("button", name="Remove").click()
    owner.log_out()
    page.goto(f"/auth/login?{AUTOFILL}")
    expect(page.get_by_text("That passkey didn't work.")).to_be_visible()
    owner.submit_login()
    owner.wait_for_home()


def test_it_is_the_second_factor(owner: Owner) -> None:
    page = owner.page
    owner.log_out()
    owner.submit_login()
    page.get_by_role("button", name="Use a passkey").click()
    owner.wait_for_home()


def test_it_proves_who_one_is_and_goes_on_with_the_form(owner: Owner) -> None:
    page = owner.page
    owner.wait_until_the_proof_is_old()
    page.locator("summary").filter(has_text="Remove").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Use passkey").click()
    expect(page.get_by_text("Passkey removed")).to_be_visible()
    expect(page.get_by_text("No passkeys yet")).to_be_visible()


def test_it_asks_who_one_is_when_a_page_stood_open_too_long(owner: Owner) -> None:
    page = owner.page
    page.goto("/account/passkeys/new")
    owner.wait_until_the_proof_is_old()
    page.get_by_role("button", name="Add passkey").click()
    page.get_by_role("button", name="Use passkey").click()
    expect(page).to_have_url("/account/passkeys/new")


def test_it_leads_from_the_ip_address_to_the_name(
    visit: Callable[..., Page], localhost: str
) -> None:
    page = visit("user")
    page.goto("/account/passkeys/new")
    expect(page.get_by_role("button", name="Add passkey")).to_have_count(0)
    page.get_by_role("link", name=localhost).click()
    # The browser has another cookie there.
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    expect(page.get_by_role("button", name="Log in with a passkey")).to_be_visible()


def test_it_lists_and_removes_without_javascript(
    owner: Owner, visit: Callable[..., Page], localhost: str
) -> None:
    cookies = owner.page.context.cookies()
    page = visit(base_url=localhost, java_script_enabled=False)
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    page.goto("/account/passkeys")
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    page.locator("summary").filter(has_text="Remove").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Passkey removed")).to_be_visible()
