"""What pages say back: messages, questions, unsaved changes, and times that are counted on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from carafe.testing.site import Member, Site

pytestmark = pytest.mark.browser

MOMENT = "2026-11-30T02:00:00+00:00"


@pytest.fixture
def member(visit: Callable[..., Page], site: Site) -> Member:
    member = Member(site, visit(fresh=True))
    member.page.clock.install()
    member.sign_in()
    return member


def show(page: Page, category: str) -> None:
    """Show a message as after something was done, on a page that scripts treat as new."""
    page.route(
        "**/members",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=answer.text().replace(
                '<main id="main"',
                f'<div class="flashes"><div class="alert alert-{category} flash" role="status">'
                '<span>Thing saved</span><button class="flash-close">x</button></div></div>'
                '<main id="main"',
            ),
        ),
    )
    page.goto("/members")


def test_a_success_goes_unless_somebody_looks_at_it(member: Member) -> None:
    page = member.page
    show(page, "success")
    toast = page.locator(".flash")
    expect(toast).to_have_css("opacity", "1")
    page.clock.run_for(1000)
    expect(page.locator("[aria-live]").first).to_have_text("Thing saved")
    toast.hover()
    page.clock.run_for(10_000)
    expect(toast).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.run_for(10_000)
    expect(toast).to_have_count(0)


def test_an_error_stays_until_it_is_dismissed(member: Member) -> None:
    page = member.page
    show(page, "danger")
    toast = page.locator(".flash")
    page.clock.run_for(60_000)
    expect(toast).to_be_visible()
    toast.get_by_role("button").click()
    expect(toast).to_have_count(0)


def test_it_counts_on_how_long_ago_something_was(member: Member) -> None:
    page = member.page
    page.clock.set_system_time(MOMENT)
    page.goto("/members")
    page.evaluate(
        """moment => {
            const attributes = `datetime="${moment}" title="x UTC" data-relative`;
            document.body.innerHTML = `<time ${attributes}>x</time>`;
            document.dispatchEvent(new CustomEvent("htmx:load"));
        }""",
        MOMENT,
    )
    time = page.locator("time")
    expect(time).to_have_text("just now")
    for milliseconds, text in (
        (3 * 60_000, "3 minutes ago"),
        (2 * 3_600_000, "2 hours ago"),
        (24 * 3_600_000, "yesterday"),
        (6 * 24 * 3_600_000, time.get_attribute("title") or ""),
    ):
        page.clock.fast_forward(milliseconds)
        expect(time).to_have_text(text)
