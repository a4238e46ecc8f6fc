"""Pages that stand open: what is new reaches them by itself, and they ask for it with restraint."""

import re
from collections.abc import Callable
from itertools import count
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect
from sqlalchemy import select

from carafe.database import db
from carafe.notifications import notify
from carafe.testing.axe import barriers
from carafe.testing.site import Site
from carafe.tests.site.models import User

pytestmark = pytest.mark.browser

BELL = "/account/notifications/unread"
numbers = count(1)


@pytest.fixture
def announce(site: Site) -> Callable[[], str]:
    """Notifies the user; the title."""

    def send() -> str:
        title = f"Announcement {next(numbers)}"
        with site.app.app_context():
            email, _ = site.people["user"]
            notify(db.session.scalars(select(User.id).filter_by(email=email)).one(), title)
            db.session.commit()
        return title

    return send


@pytest.fixture
def stand(visit: Callable[..., Page]) -> Callable[..., Page]:
    """An open page whose time passes only when told."""

    def open_page(path: str) -> Page:
        page = visit("user", fresh=True)
        page.clock.install()
        page.goto(path)
        page.evaluate("window.sameDocument = true")
        return page

    return open_page


def wait(page: Page, seconds: int) -> None:
    page.clock.fast_forward(seconds * 1000)
    # It is loaded when the first part of the page is due.
    while not page.evaluate("Boolean(window.htmx)"):
        page.wait_for_timeout(20)
    # What the page has asked for until now has left before this.
    page.evaluate("fetch('/livez')")


@pytest.fixture
def asked() -> Callable[[Page], list[str]]:
    """What a page asks for the bell from now on."""

    def listen(page: Page) -> list[str]:
        urls: list[str] = []

        def note(request: Request) -> None:
            if urlsplit(request.url).path == BELL:
                urls.append(request.url)

        page.on("request", note)
        return urls

    return listen


def test_it_lists_what_is_new_without_a_reload(
    stand: Callable[..., Page], announce: Callable[[], str]
) -> None:
    page = stand("/account/notifications/")
    title = announce()
    wait(page, 30)
    row = page.get_by_role("listitem").filter(has_text=title)
    expect(row).to_be_visible()
    assert page.evaluate("window.sameDocument")
    assert not barriers(page)
    row.get_by_role("button", name="Mark as read").click()
    expect(row.get_by_role("button", name="Mark as read")).to_have_count(0)
    expect(row).to_be_visible()


def test_it_takes_the_focus_from_nobody(
    stand: Callable[..., Page], announce: Callable[[], str]
) -> None:
    announce()
    page = stand("/account/notifications/")
    button = page.get_by_role("button", name="Delete").first
    button.focus()
    title = announce()
    wait(page, 30)
    expect(page.get_by_text(title)).to_have_count(0)
    expect(button).to_be_focused()
    page.get_by_role("main").focus()
    wait(page, 30)
    expect(page.get_by_text(title)).to_be_visible()


def test_it_waits_while_nobody_looks(
    stand: Callable[..., Page], asked: Callable[[Page], list[str]]
) -> None:
    page = stand("/members")
    urls = asked(page)
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    wait(page, 60)
    assert urls == []
    page.evaluate("delete document.hidden")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.evaluate("fetch('/livez')")
    assert len(urls) == 1


def test_it_asks_less_often_while_it_gets_no_answer(
    stand: Callable[..., Page], asked: Callable[[Page], list[str]]
) -> None:
    page = stand("/members")
    page.route(f"**{BELL}", lambda route: route.fulfill(status=429, body="Later."))
    urls = asked(page)
    answered = []
    for seconds in (25, 25, 25):
        wait(page, seconds)
        answered.append(len(urls))
    assert answered == [1, 1, 2]
    page.unroute(f"**{BELL}")
    with page.expect_response(f"**{BELL}"):
        page.evaluate("dispatchEvent(new Event('online'))")


def test_it_ends_with_what_is_finished(
    stand: Callable[..., Page], asked: Callable[[Page], list[str]]
) -> None:
    page = stand("/members")
    done = '<p data-live-say="All is done">Done</p>'
    page.route(f"**{BELL}", lambda route: route.fulfill(body=done, content_type="text/html"))
    urls = asked(page)
    wait(page, 30)
    expect(page.get_by_text("Done", exact=True)).to_be_visible()
    expect(page.locator("div[aria-live]")).to_have_text("All is done")
    wait(page, 600)
    assert len(urls) == 1


def test_it_stops_when_one_has_logged_out(
    stand: Callable[..., Page], asked: Callable[[Page], list[str]]
) -> None:
    page = stand("/members")
    urls = asked(page)
    page.context.clear_cookies()
    wait(page, 30)
    assert len(urls) == 1
    wait(page, 600)
    assert len(urls) == 1
    assert page.evaluate("window.sameDocument")


def test_it_has_no_need_of_javascript(
    visit: Callable[..., Page], announce: Callable[[], str]
) -> None:
    title = announce()
    page = visit("user", java_script_enabled=False)
    page.goto("/members")
    page.get_by_role("link", name=re.compile("unread notification")).click()
    page.get_by_role("listitem").filter(has_text=title).get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Notification deleted")).to_be_visible()
    expect(page.get_by_text(title)).to_have_count(0)
