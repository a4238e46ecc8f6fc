"""Every page, for everybody who may see it, in both themes, on a phone and on a desktop."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.core.routing import policy
from tests.browser.axe import barriers

pytestmark = pytest.mark.browser

WIDTHS = [390, 1280]
# Between themes nothing but colours differs.
THEMES: dict[Literal["light", "dark"], dict[str, list[str]]] = {
    "light": {},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
}
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente" * 3

# Beside the pages whose address takes no arguments, which are found by themselves.
MORE = {
    "visitor": ["/nowhere", "/auth/confirm/nonsense", "/auth/reset/nonsense", "/dev/mail"],
    "user": ["/notes/?q=nowhere", "/notes/1", "/notes/1/edit", "/notes/9999", "/admin/"],
    "admin": ["/admin/users/?q=nowhere", "/admin/users/1", "/admin/users/2"],
}


@pytest.fixture(scope="session")
def paths(application: Flask) -> dict[str, list[str]]:
    """The addresses of all pages, each for who comes there first."""
    found = {who: list(more) for who, more in MORE.items()}
    for rule in application.url_map.iter_rules():
        if not rule.arguments and "GET" in (rule.methods or ()):
            with application.app_context():
                public = policy(rule.endpoint).public
            admin = rule.endpoint.startswith("admin.")
            found["visitor" if public else "admin" if admin else "user"].append(rule.rule)
    return found


def pages(page: Page, paths: list[str]) -> Iterator[str]:
    """Open one after the other what is a page: not a redirect, a file or data."""
    for path in paths:
        answer = page.request.get(path, max_redirects=0)
        if answer.status != 303 and answer.headers.get("content-type", "").startswith("text/html"):
            page.goto(path)
            yield path


@pytest.mark.parametrize("who", MORE)
def test_it_is_titled_accessible_and_fits_the_screen(
    visit: Callable[..., Page], paths: dict[str, list[str]], who: str
) -> None:
    page = visit(None if who == "visitor" else who, reduced_motion="reduce")
    more = [write_a_note_with_long_words(page)] if who == "user" else []
    problems = []
    titles: dict[str, str] = {}
    for path in pages(page, paths[who] + more):
        if path not in MORE[who] + more and path != titles.setdefault(page.title(), path):
            problems.append(f"{path} has the title of {titles[page.title()]}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                problems.append(f"{path} is wider than {width} px")
            for theme, rules in THEMES.items():
                page.emulate_media(color_scheme=theme)
                found = barriers(page, **rules)
                problems += [f"{path}, {width} px, {theme}: {barrier}" for barrier in found]
    assert not problems, "\n".join(problems)


def write_a_note_with_long_words(page: Page) -> str:
    page.goto("/notes/new")
    page.get_by_label("Title").fill(LONG)
    page.get_by_label("Text (optional)").fill(LONG)
    page.get_by_role("button", name="Save note").click()
    page.wait_for_url(re.compile(r"/notes/\d+$"))
    return page.url
