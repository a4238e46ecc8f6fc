"""An authenticator app, from set-up to removal, with and without JavaScript."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from carafe.testing.two_factor import AuthenticatorApp
from tests.browser.axe import barriers
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

PASSWORD = "carafe under the apple tree"


class Person:
    """Somebody with an account of their own, who is logged in."""

    def __init__(self, site: Site, page: Page):
        self.page = page
        self.email = f"{secrets.token_hex(4)}@example.com"
        site.register(self.email, PASSWORD)
        self.log_in()
        page.wait_for_url("**/dashboard")

    def log_in(self) -> None:
        self.page.goto("/auth/login")
        self.page.get_by_label("E-mail address").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Log in", exact=True).click()

    def log_out(self) -> None:
        self.page.locator(".account-menu summary").click()
        self.page.get_by_role("button", name="Log out").click()
        expect(self.page.get_by_role("link", name="Log in").first).to_be_visible()

    def answer(self, code: str) -> None:
        self.page.get_by_label("Code", exact=True).fill(code)
        self.page.get_by_role("button", name="Continue").click()

    def begin(self) -> AuthenticatorApp:
        self.page.goto("/account/second-factors")
        self.page.get_by_role("button", name="Set up").click()
        expect(self.page.get_by_role("img", name="QR code")).to_be_visible()
        return AuthenticatorApp(self.page.content())

    def turn_on(self, phone: AuthenticatorApp) -> list[str]:
        self.page.get_by_label("Code", exact=True).fill(phone.code())
        self.page.get_by_role("button", name="Turn on").click()
        return self.codes()

    def codes(self) -> list[str]:
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
        return self.page.locator(".codes code").all_inner_texts()

    def confirm(self, label: str) -> None:
        """A button that asks whether it should."""
        self.page.locator("summary").filter(has_text=label).click()
        self.page.get_by_role("button", name=label).click()


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without"])
def person(request: pytest.FixtureRequest, visit: Callable[..., Page], site: Site) -> Person:
    return Person(site, visit(java_script_enabled=request.param))


@pytest.fixture
def with_javascript(visit: Callable[..., Page], site: Site) -> Person:
    return Person(site, visit(fresh=True, permissions=["clipboard-read", "clipboard-write"]))


def test_it_goes_all_the_way(person: Person) -> None:
    page = person.page
    phone = person.begin()
    codes = person.turn_on(phone)
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 of 10 are left")).to_be_visible()

    person.log_out()
    person.log_in()
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    person.answer("000000")
    expect(page.get_by_text("This code is not right.").first).to_be_visible()
    person.answer(phone.code(1))
    page.wait_for_url("**/dashboard")

    person.log_out()
    person.log_in()
    person.answer(codes[0])
    page.wait_for_url("**/dashboard")

    page.goto("/account/second-factors")
    expect(page.get_by_text("9 of 10 are left")).to_be_visible()
    person.confirm("Make new ones")
    new = person.codes()
    assert len({*new, *codes}) == 20

    page.goto("/account/second-factors")
    person.confirm("Remove")
    expect(page.get_by_role("button", name="Set up")).to_be_visible()
    person.log_out()
    person.log_in()
    page.wait_for_url("**/dashboard")


def test_it_gives_the_codes_as_a_file(person: Person, tmp_path: Path) -> None:
    codes = person.turn_on(person.begin())
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "recovery-codes.txt"
    download.value.save_as(tmp_path / "codes")
    text = (tmp_path / "codes").read_text()
    assert person.email in text
    assert text.split()[-10:] == codes


def test_it_copies_the_codes(with_javascript: Person) -> None:
    page = with_javascript.page
    codes = with_javascript.turn_on(with_javascript.begin())
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split() == codes


def test_it_prints_the_codes_and_nothing_to_click(with_javascript: Person) -> None:
    page = with_javascript.page
    codes = with_javascript.turn_on(with_javascript.begin())
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")
    expect(page.locator(".codes code").first).to_have_text(codes[0])
    expect(page.locator(".codes code").first).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    expect(page.locator(".site-header")).to_be_hidden()


def test_it_shows_the_codes_no_more(with_javascript: Person) -> None:
    page = with_javascript.page
    with_javascript.turn_on(with_javascript.begin())
    page.goto("/account/second-factors")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # it would have to send the form again
        page.go_back()
    expect(page.locator(".codes code")).to_have_count(0)


def test_it_has_no_barriers(with_javascript: Person) -> None:
    page = with_javascript.page
    phone = with_javascript.begin()
    assert not barriers(page)
    with_javascript.turn_on(phone)
    assert not barriers(page)
    page.goto("/account/second-factors")
    assert not barriers(page)
    page.goto("/auth/reauthenticate")
    assert not barriers(page)
    with_javascript.log_out()
    with_javascript.log_in()
    with_javascript.answer("000000")
    expect(page.get_by_role("alert")).to_be_visible()
    assert not barriers(page)
