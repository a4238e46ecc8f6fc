"""What all pages share: menus without a mouse and on a phone, the theme, the bell."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from app.auth.models import User
from carafe.database import db
from carafe.notifications import notify
from carafe.testing.axe import barriers, barriers_in_both_themes, layout_shift
from carafe.testing.site import Member, Site

pytestmark = pytest.mark.browser


def test_it_keeps_the_chosen_theme(visit: Callable[..., Page]) -> None:
    page = visit(color_scheme="light")
    page.goto("/auth/register")
    light = background(page)
    page.get_by_title("Dark").click()
    dark = background(page)
    assert dark != light
    page.reload()
    assert background(page) == dark
    page.goto("/auth/login")
    assert background(page) == dark
    page.get_by_title("System").click()
    assert background(page) == light


def test_it_follows_the_system_without_a_choice(visit: Callable[..., Page]) -> None:
    page = visit(color_scheme="light")
    page.goto("/auth/login")
    light = background(page)
    page.emulate_media(color_scheme="dark")
    assert background(page) != light


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_it_skips_to_the_content(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/members")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Name")).to_be_focused()


def test_it_opens_and_closes_the_account_menu(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/members")
    menu = page.get_by_role("navigation", name="Account")
    summary, entry = page.locator(".account-menu summary"), menu.locator("a, button").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(entry).to_be_visible()
    page.keyboard.press("Tab")
    expect(entry).to_be_focused()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(summary).to_be_focused()
    # It would cover what has the focus.
    page.keyboard.press("Enter")
    expect(entry).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(entry).to_be_hidden()


def test_a_question_gives_the_focus_back_to_its_menu(visit: Callable[..., Page]) -> None:
    page = visit("admin")
    page.goto("/admin/users/?q=user@")
    page.get_by_role("link", name="user@example.com").click()
    menu = page.locator("summary", has_text="Actions")
    menu.press("Enter")
    entry = page.locator("summary", has_text="Suspend")
    for close in ("Enter", "Escape"):  # Cancel has the focus
        entry.press("Enter")
        expect(page.get_by_role("alertdialog")).to_be_visible()
        page.keyboard.press(close)
        expect(page.get_by_role("alertdialog")).to_have_count(0)
        expect(entry).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("who", "path"), [("user", "/account/profile"), ("admin", "/admin/users/")]
)
def test_its_open_menus_are_accessible(
    visit: Callable[..., Page], who: str, path: str, width: int
) -> None:
    page = visit(who, viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page.goto(path)
    for summary in page.locator("summary").all():
        if summary.is_visible():
            summary.press("Enter")
            assert barriers_in_both_themes(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == width
            page.keyboard.press("Escape")
            expect(summary).to_be_focused()


def test_nothing_moves_while_it_loads(visit: Callable[..., Page], site: Site) -> None:
    page = visit(fresh=True, timezone_id="Pacific/Kiritimati")
    Member(site, page).sign_in()

    def delay(route: Route) -> None:
        page.wait_for_timeout(500)
        route.continue_()

    page.route("**/carafe/app*.js", delay)
    page.goto("/account/activity")
    expect(page.locator("td time").first).not_to_contain_text("UTC")
    assert layout_shift(page) == 0


def test_forced_colors_show_the_focus_and_what_is_chosen(visit: Callable[..., Page]) -> None:
    page = visit("user", fresh=True, forced_colors="active")
    page.goto("/account/profile")
    page.get_by_label("Name").focus()
    assert outline(page, ":focus") != "none"
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog").get_by_role("option", selected=True)).to_be_visible()
    assert outline(page, "[aria-selected=true]") != "none"


def outline(page: Page, selector: str) -> str:
    return str(page.locator(selector).evaluate("element => getComputedStyle(element).outlineStyle"))


def test_a_message_covers_no_button(visit: Callable[..., Page], site: Site) -> None:
    page = visit()
    Member(site, page).sign_in()
    page.goto("/account/profile")
    page.get_by_role("button", name="Save profile").click()
    expect(page.locator(".flash")).to_contain_text("saved")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the menu
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(IS_UNCOVERED), page.evaluate("document.activeElement.outerHTML")


IS_UNCOVERED = """() => {
    const element = document.activeElement;
    const {left, top, width, height} = element.getBoundingClientRect();
    const uppermost = document.elementFromPoint(left + width / 2, top + height / 2);
    const message = uppermost?.closest(".flash");
    return !message || message.contains(element);
}"""


def test_its_user_menu_switches_the_theme(visit: Callable[..., Page]) -> None:
    page = visit("user", color_scheme="light")
    page.goto("/members")
    light = background(page)
    page.locator(".account-menu summary").click()
    page.get_by_title("Dark").click()
    assert background(page) != light
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_its_header_stays_in_place_between_areas(visit: Callable[..., Page]) -> None:
    page = visit("admin", viewport={"width": 1920, "height": 800})
    places = []
    for path in ("/", "/members", "/account/profile", "/admin/"):
        page.goto(path)
        places.append(page.evaluate(PLACES))
    assert places == [places[0]] * 4


# Of the brand at the left, and of what is rightmost, in the header and in the footer.
PLACES = """[...document.querySelectorAll(".site-header > .container, .site-footer > .container")]
    .map((element) => element.getBoundingClientRect())
    .flatMap(({ left, right }) => [left, right])"""


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_it_has_its_menus_on_a_phone(
    visit: Callable[..., Page], site: Site, javascript: bool
) -> None:
    page = visit(java_script_enabled=javascript, viewport={"width": 390, "height": 800})
    site.sign_in(page, site.people["user"][0])
    page.goto("/members")
    entry = page.locator(".main-menu a").last
    target = entry.get_attribute("href")
    expect(entry).to_be_hidden()
    page.locator(".menu-toggle summary").click()
    entry.click()
    expect(page).to_have_url(target or "")
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.locator(".account-menu")).to_have_count(0)
    page.goto("/members")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")


def test_its_bell_rings_without_a_reload(visit: Callable[..., Page], site: Site) -> None:
    page = visit("user", fresh=True)
    page.clock.install()
    page.goto("/members")
    page.evaluate("window.sameDocument = true")
    with site.app.app_context():
        email = site.people["user"][0]
        notify(db.session.scalars(select(User.id).filter_by(email=email)).one(), "It is done")
        db.session.commit()
    page.clock.fast_forward(30_000)
    expect(page.get_by_role("link", name=re.compile(r"\d+ unread notification"))).to_be_visible()
    expect(page.locator("div[aria-live]")).to_contain_text("unread notification")
    expect(page).to_have_title(re.compile(r"^\(\d+\) "))
    assert page.evaluate("window.sameDocument")
    assert not barriers(page)
