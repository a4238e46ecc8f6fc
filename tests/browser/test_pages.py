"""Every page, for everybody who may see it, in both themes, on a phone and on a desktop."""

import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import create_engine

from carafe.observability import store
from carafe.testing import rules
from carafe.web.routing import get_policy
from tests.browser.axe import barriers
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

PHONE, DESKTOP = 390, 1280
# How many tests share the pages, so that several processes can.
PARTS = {"visitor": 1, "user": 2, "admin": 6}
# The questions behind buttons that are not in sight as a whole: to the left nothing scrolls.
CUT = """() => [...document.querySelectorAll("details.confirm")].filter(one => {
    one.open = true;
    const {left, right} = one.querySelector(".dropdown-panel").getBoundingClientRect();
    one.open = false;
    return left < 0 || right > innerWidth;
}).map(one => one.innerText)"""
TITLE = re.compile("<title>(.*?)</title>", re.DOTALL)
LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente" * 3

# Beside the pages whose address takes no arguments, which are found by themselves.
MORE = {
    "visitor": ["/nowhere", "/auth/confirm/nonsense", "/auth/reset/nonsense", "/dev/mail"],
    "user": ["/notes/?q=nowhere", "/notes/1", "/notes/1/edit", "/notes/9999", "/admin/"],
    "admin": [
        *("/admin/?days=90", "/admin/search?q=us", "/admin/search?q=nowhere"),
        *(
            "/admin/users/?q=nowhere",
            "/admin/users/?role=user",
            "/admin/users/run?action=suspend&id=1",
            "/admin/users/1",
            "/admin/users/2",
        ),
        *("/admin/users/1/delete", "/admin/notes/1", "/admin/notes/1/delete", "/admin/audit/1"),
        *(
            "/admin/requests/auth.login",
            "/admin/requests/?window=month",
            "/admin/queries/?q=nowhere",
        ),
    ],
}


@pytest.fixture(scope="session")
def paths(application: Flask) -> dict[str, list[str]]:
    """The addresses of all pages, each for who comes there first."""
    found = {who: list(more) for who, more in MORE.items()}
    for path, rule, arguments in rules.pages(application):
        with application.app_context():
            rights = get_policy(rule.endpoint, arguments)
        if rights.background:
            continue  # part of a page
        admin = rule.endpoint.startswith("admin.")
        found["visitor" if rights.public else "admin" if admin else "user"].append(path)
    return found


@pytest.fixture(scope="session")
def pages(
    paths: dict[str, list[str]], long_words: dict[str, list[str]], chromium: Browser, site: Site
) -> Callable[[str], dict[str, str]]:
    """Finds what is a page, not a redirect, a file or data, and its title."""

    @cache
    def titles(who: str) -> dict[str, str]:
        found = {}
        context = chromium.new_context(base_url=site.url)
        if who != "visitor":
            context.add_cookies([site.cookie(who)])
        for path in paths[who] + long_words[who]:
            answer = context.request.get(path, max_redirects=0)
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            if is_page and answer.status != 303:
                title = TITLE.search(answer.text())
                found[path] = title[1] if title else ""
        context.close()
        return found

    return titles


@pytest.fixture(scope="session")
def long_words(site: Site) -> dict[str, list[str]]:
    """The addresses of pages about the longest words, for who comes there first."""
    note = site.client("user").submit("/notes/new", {"title": LONG, "body": LONG})
    site.client("admin").get("/admin/requests/")  # which makes the tables
    return {
        "visitor": [],
        "user": [note.location],
        "admin": observe_long_words(site.server.folder),
    }


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
    problems = []
    for number, path in enumerate(list(pages(who))[part :: PARTS[who]]):
        page.goto(path)
        # Each page in both themes and on both screens, alternating: what all pages share and only
        # one screen shows is still checked in both themes.
        themes: list[Literal["light", "dark"]] = ["light", "dark"]
        for width, theme in zip((DESKTOP, PHONE), themes[:: (-1) ** number], strict=True):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=theme)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                problems.append(f"{path} is wider than {width} px")
            problems += [f"{path}, {width} px, cut: {one}" for one in page.evaluate(CUT)]
            problems += [f"{path}, {width} px, {theme}: {barrier}" for barrier in barriers(page)]
    assert not problems, "\n".join(problems)


def observe_long_words(folder: Path) -> list[str]:
    """What the recorder may keep, at its worst; the pages about a statement and an exception."""
    now = int(time.time())
    sql = f'SELECT "user".email FROM "user" WHERE "user".name LIKE \'{LONG}\' ORDER BY "user".role'
    rows: dict[Any, dict[str, Any]] = {
        store.statement: {"fingerprint": "a1", "sql": sql, "rows": 1, "total_us": 10**7},
        store.repeated: {"fingerprint": "a1", "requests": 3, "worst": 40},
        store.exception: {"fingerprint": "b2", "type": LONG, "place": LONG, "traceback": LONG},
        store.slow_request: {"method": "GET", "path": f"/{LONG}", "us": 9 * 10**6, "status": 500},
    }
    shared = {
        "endpoint": LONG,
        "call_site": LONG,
        "request_id": "f" * 64,
        "count": 10**6,
        "at": now,
    }
    shared |= {"first_at": now, "last_at": now, "max_us": 10**6, "queries": 1000}
    shared |= {"database_us": 3 * 10**6, "template_us": 10**6}
    engine = create_engine(f"sqlite:///{folder / 'observations.db'}")
    with engine.begin() as connection:
        for table, row in rows.items():
            values = {name: value for name, value in shared.items() if name in table.c}
            connection.execute(table.insert(), values | row)
    engine.dispose()
    return ["/admin/queries/a1", "/admin/exceptions/b2"]
