"""Notes, with and without JavaScript: what was typed is not lost, and nothing is made twice."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import barriers

pytestmark = pytest.mark.browser

with_and_without = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


def write(page: Page, title: str) -> None:
    page.goto("/notes/new")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


@with_and_without
def test_it_makes_one_note_of_a_double_click(visit: Callable[..., Page], javascript: bool) -> None:
    page, title = visit("user", java_script_enabled=javascript), f"Once {javascript}"
    page.goto("/notes/new")
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save note").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.goto(f"/notes/?q={title}")
    expect(page.locator("#list li")).to_have_count(1)


def test_it_keeps_the_typed_text_in_a_conflict(visit: Callable[..., Page]) -> None:
    page = visit("user")
    write(page, "Shared")
    page.get_by_role("link", name="Edit").click()
    other = visit("user")
    other.goto(page.url)
    other.get_by_label("Text (optional)").fill("What the other one wrote")
    other.get_by_role("button", name="Save note").click()
    expect(other.get_by_role("status")).to_contain_text("saved")

    page.get_by_label("Text (optional)").fill("What I wrote")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("alert")).to_contain_text("changed in the meantime")
    expect(page.get_by_role("region")).to_contain_text("What the other one wrote")
    expect(page.get_by_label("Text (optional)")).to_have_value("What I wrote")
    assert not barriers(page)

    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("status")).to_contain_text("saved")
    expect(page.get_by_text("What I wrote")).to_be_visible()


@with_and_without
def test_it_asks_before_it_deletes(visit: Callable[..., Page], javascript: bool) -> None:
    page = visit("user", java_script_enabled=javascript)
    write(page, f"Gone {javascript}")
    page.locator("summary", has_text="Delete").click()
    expect(page.get_by_text("Delete this note for good?")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("deleted")
    page.goto(f"/notes/?q=Gone {javascript}")
    expect(page.get_by_text("Nothing found")).to_be_visible()
