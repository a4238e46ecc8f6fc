"""An authenticator app, from setup to removal, with and without JavaScript."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from carafe.testing.axe import barriers
from carafe.testing.site import Member, Site
from carafe.testing.two_factor import AuthenticatorApp

pytestmark = pytest.mark.browser


class Owner(Member):
    """A user who sets up an authenticator app."""

    def answer(self, code: str) -> None:
        self.page.get_by_label("Code", exact=True).fill(code)
        self.page.get_by_role("button", name="Log in", exact=True).click()

    def begin(self) -> AuthenticatorApp:
        self.page.goto("/account/second-factors")
        self.page.get_by_role("button", name="Set up app").click()
        expect(self.page.get_by_role("img", name="QR code")).to_be_visible()
        return AuthenticatorApp.scan(self.page.content())

    def turn_on(self, phone: AuthenticatorApp) -> list[str]:
        self.page.get_by_label("Code", exact=True).fill(phone.code())
        self.page.get_by_role("button", name="Turn on").click()
        return self.codes()

    def codes(self) -> list[str]:
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
        return self.page.locator(".codes code").all_inner_texts()

    def confirm(self, label: str) -> None:
        """Press a button and confirm its question."""
        self.page.locator("summary").filter(has_text=label).click()
        self.page.get_by_role("button", name=label).click()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_it_goes_all_the_way(visit: Callable[..., Page], site: Site, javascript: bool) -> None:
    page = visit(java_script_enabled=javascript)
    owner = Owner(site, page)
    owner.sign_in()
    phone = owner.begin()
    assert not (javascript and barriers(page))
    codes = owner.turn_on(phone)
    assert not (javascript and barriers(page))
    assert len(codes) == 10
    page.get_by_role("link", name="I've saved my codes").click()
    expect(page.get_by_text("10 of 10 left")).to_be_visible()
    assert not (javascript and barriers(page))

    owner.log_out()
    owner.submit_login()
    expect(page.get_by_role("heading", level=1)).to_have_text("Two-factor authentication")
    owner.answer("000000")
    expect(page.get_by_text("That code isn't right.").first).to_be_visible()
    assert not (javascript and barriers(page))
    owner.answer(codes[0])
    owner.wait_for_home()

    page.goto("/account/second-factors")
    expect(page.get_by_text("9 of 10 left")).to_be_visible()
    owner.confirm("Generate new codes")
    new = owner.codes()
    assert len({*new, *codes}) == 20

    page.goto("/account/second-factors")
    owner.confirm("Remove app")
    expect(page.get_by_role("button", name="Set up app")).to_be_visible()
    owner.log_out()
    owner.log_in()


def test_it_gives_the_codes_in_many_ways_and_once(
    visit: Callable[..., Page], site: Site, tmp_path: Path
) -> None:
    page = visit(fresh=True, permissions=["clipboard-read", "clipboard-write"])
    owner = Owner(site, page)
    owner.sign_in()
    codes = owner.turn_on(owner.begin())

    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "recovery-codes.txt"
    download.value.save_as(tmp_path / "codes")
    text = (tmp_path / "codes").read_text()
    assert owner.email in text
    assert text.split()[-10:] == codes

    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split() == codes

    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")
    expect(page.locator(".codes code").first).to_have_text(codes[0])
    expect(page.locator(".codes code").first).to_be_visible()
    expect(page.get_by_role("link", name="Download")).to_be_hidden()
    expect(page.locator(".site-header")).to_be_hidden()

    page.goto("/account/second-factors")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # it would have to submit the form again
        page.go_back()
    expect(page.locator(".codes code")).to_have_count(0)
