"""Notes, with and without JavaScript: typed text isn't lost, and nothing is created twice."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from carafe.testing.axe import barriers, problems
from carafe.testing.site import Member, Site

pytestmark = pytest.mark.browser

with_and_without = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente" * 3


def write(page: Page, title: str, body: str = "") -> None:
    page.goto("/notes/new")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Text (optional)").fill(body)
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_it_leads_to_the_first_note_and_to_its_end_by_keyboard(
    visit: Callable[..., Page], site: Site
) -> None:
    page = visit()
    Member(site, page).sign_in()
    page.goto("/notes/")
    page.get_by_role("link", name="New note").first.click()
    page.get_by_label("Title").focus()
    page.keyboard.type("The first one")
    page.keyboard.press("Tab")
    page.keyboard.type("Buy apples.")
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The first one")
    expect(page.get_by_text("Buy apples.")).to_be_visible()
    page.get_by_role("link", name="Edit").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("deleted")


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
    expect(page.get_by_role("alert")).to_contain_text("saved this note while you were editing")
    expect(page.get_by_role("region")).to_contain_text("What the other one wrote")
    expect(page.get_by_label("Text (optional)")).to_have_value("What I wrote")
    assert not barriers(page)

    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("status")).to_contain_text("saved")
    expect(page.get_by_text("What I wrote")).to_be_visible()


def test_it_asks_before_it_deletes_without_javascript(visit: Callable[..., Page]) -> None:
    page = visit("user", java_script_enabled=False)
    write(page, "Gone")
    page.locator("summary", has_text="Delete").click()
    expect(page.get_by_text("Delete this note? This can't be undone.")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("deleted")
    page.goto("/notes/?q=Gone")
    expect(page.get_by_text("No notes match")).to_be_visible()


def test_it_searches_while_one_types(visit: Callable[..., Page]) -> None:
    page = visit("user")
    write(page, "Bicycle: ideas")
    page.goto("/notes/")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("searchbox").press_sequentially("bicycle: ideas")
    rows = page.locator("#list li strong")
    expect(rows.first).to_have_text("Bicycle: ideas")
    expect(rows.filter(has_not_text="Bicycle: ideas")).to_have_count(0)
    expect(page).to_have_url(re.compile("/notes/.q=bicycle"))
    assert page.evaluate("window.sameDocument")


def test_a_search_after_the_session_ended_leads_to_the_login_page(
    visit: Callable[..., Page],
) -> None:
    page = visit("user")
    page.goto("/notes/?q=tea")
    page.context.clear_cookies()
    assert page.evaluate("fetch('/members').then((answer) => answer.status)") == 401
    page.get_by_role("searchbox").fill("coffee")
    page.wait_for_url("**/auth/login?next=/notes/**")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_its_pages_are_accessible_and_fit_the_screen(visit: Callable[..., Page]) -> None:
    page = visit("user", reduced_motion="reduce")
    write(page, LONG, LONG)
    url = page.url
    for path in (url, f"{url}/edit", "/notes/", "/notes/?q=nowhere", "/notes/9999"):
        page.goto(path)
        assert problems(page) == [], path


def test_it_asks_before_it_deletes(visit: Callable[..., Page]) -> None:
    page = visit("user")
    write(page, "A note to keep")
    page.locator("summary").filter(has_text="Delete note").click()
    dialog = page.get_by_role("alertdialog", name="Delete this note?")
    expect(dialog).to_have_accessible_description("This can't be undone.")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert not barriers(page)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text("A note to keep")
    page.locator("summary").filter(has_text="Delete note").press("Enter")
    dialog.get_by_role("button", name="Delete note").click()
    expect(page.locator(".flash")).to_contain_text("deleted")


def test_it_does_not_lose_what_was_not_saved(visit: Callable[..., Page]) -> None:
    page = visit("user", fresh=True)
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto("/notes/new")
    page.get_by_label("Title").fill("Half a thought")
    page.get_by_role("link", name="Notes").first.click()
    expect(page.get_by_label("Title")).to_have_value("Half a thought")
    assert questions == ["beforeunload"]
    page.get_by_label("Title").press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Half a thought")
    page.goto("/notes/")
    page.get_by_role("searchbox").fill("thought")
    page.goto("/notes/")
    assert questions == ["beforeunload"]
