"""Webhooks in Chromium, with a receiver on this machine."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from carafe.testing.axe import problems
from carafe.testing.site import Member, Site
from carafe.testing.webhooks import Receiver

pytestmark = pytest.mark.browser


@pytest.fixture
def server() -> Iterator[Receiver]:
    with Receiver() as server:
        yield server


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_it_adds_tests_and_pauses_one(
    site: Site, visit: Callable[..., Page], server: Receiver, javascript: bool
) -> None:
    member = Member(site, visit(java_script_enabled=javascript), "Lea Ver")
    member.sign_in()
    page = member.page
    page.goto("/account/webhooks")
    page.get_by_role("link", name="Add webhook").first.click()
    page.get_by_label("URL").fill(server.hook_url)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Add webhook").click()
    expect(page.get_by_text("whsec_")).to_be_visible()
    page.get_by_role("link", name="I've saved the secret").click()

    page.get_by_role("button", name="Send test event").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("webhook.test")
    if not javascript:
        page.wait_for_timeout(3000)
        page.reload()
    expect(page.get_by_text("Delivered")).to_be_visible()
    assert len(server.calls) == 1

    page.get_by_role("link", name="Webhook", exact=True).click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("You paused this webhook")).to_be_visible()


def test_its_pages_have_no_barriers(visit: Callable[..., Page]) -> None:
    page = visit("user")
    page.goto("/account/webhooks")
    paths = page.locator("main td a").evaluate_all("links => links.map(link => link.pathname)")
    assert len(paths) == 2
    page.goto(paths[1])
    delivery = page.locator("main td a").first.get_attribute("href")
    pages = ["/account/webhooks", "/account/webhooks/new", *paths, f"{paths[0]}/edit", delivery]
    for number, path in enumerate(pages):
        page.goto(str(path))
        assert problems(page, number) == []
