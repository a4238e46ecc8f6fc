"""Every page, for all users who can see it, in both themes, on a phone and on a desktop."""

import re
from collections.abc import Callable
from functools import cache

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from carafe.testing import rules
from carafe.testing.axe import DESKTOP, layout_shift, problems
from carafe.testing.site import Site
from carafe.web.routing import get_policy

pytestmark = pytest.mark.browser

# The number of tests that share the pages, so that several processes can run them.
PARTS = {"visitor": 2, "user": 2, "admin": 4}
TITLE = re.compile("<title>(.*?)</title>", re.DOTALL)

# In addition to pages without arguments, which are found automatically. Features test their own
# pages with arguments.
MORE = {
    "visitor": ["/nowhere", "/auth/confirm/nonsense", "/auth/reset/nonsense", "/dev/mail"],
    "user": ["/admin/"],
    "admin": ["/admin/search?q=us", "/admin/search?q=nowhere", "/admin/audit/1"],
}


@pytest.fixture(scope="session")
def paths(application: Flask) -> dict[str, list[str]]:
    """Return the paths of all pages, each for the first user who can open it."""
    paths = {who: list(more) for who, more in MORE.items()}
    for path, rule, arguments in rules.pages(application):
        with application.app_context():
            policy = get_policy(rule.endpoint, arguments)
        if policy.background:
            continue  # part of a page
        is_admin = rule.endpoint.startswith("admin.")
        paths["visitor" if policy.public else "admin" if is_admin else "user"].append(path)
    return paths


@pytest.fixture(scope="session")
def pages(
    paths: dict[str, list[str]], chromium: Browser, site: Site
) -> Callable[[str], dict[str, str]]:
    """Return the pages, without redirects, files, and data, with their titles."""

    @cache
    def titles(who: str) -> dict[str, str]:
        titles = {}
        context = chromium.new_context(base_url=site.url)
        if who != "visitor":
            context.add_cookies([site.cookie(who)])
        for path in paths[who]:
            answer = context.request.get(path, max_redirects=0)
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            if is_page and answer.status != 303:
                title = TITLE.search(answer.text())
                titles[path] = title[1] if title else ""
        context.close()
        return titles

    return titles


@pytest.mark.parametrize("who", PARTS)
def test_it_has_a_title_of_its_own(pages: Callable[[str], dict[str, str]], who: str) -> None:
    titles: dict[str, list[str]] = {}
    for path, title in pages(who).items():
        if path not in MORE[who]:
            titles.setdefault(title, []).append(path)
    assert titles
    assert "" not in titles
    assert {title: paths for title, paths in titles.items() if len(paths) > 1} == {}


@pytest.mark.parametrize(
    ("who", "part"), [(who, part) for who, parts in PARTS.items() for part in range(parts)]
)
def test_it_is_accessible_and_fits_the_screen(
    visit: Callable[..., Page], pages: Callable[[str], dict[str, str]], who: str, part: int
) -> None:
    page = visit(None if who == "visitor" else who, reduced_motion="reduce")
    wrong = []
    for number, path in enumerate(list(pages(who))[part :: PARTS[who]]):
        page.set_viewport_size({"width": DESKTOP, "height": 800})
        page.goto(path)
        if shift := layout_shift(page):
            wrong.append(f"{path} moves by {shift}")
        wrong += problems(page, number)
    assert not wrong, "\n".join(wrong)
