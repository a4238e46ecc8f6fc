"""Every page, for everybody who may see it, in both themes, on a phone and on a desktop."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import create_engine

from app.core.routing import policy
from app.observability import store
from tests.browser.axe import barriers
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

WIDTHS = [390, 1280]
# Between themes nothing but colours differs.
THEMES: dict[Literal["light", "dark"], dict[str, list[str]]] = {
    "light": {},
    "dark": {"runOnly": ["color-contrast", "link-in-text-block"]},
}
# The questions behind buttons that are not in sight as a whole: to the left nothing scrolls.
CUT = """() => [...document.querySelectorAll("details.confirm")].filter(one => {
    one.open = true;
    const {left, right} = one.querySelector(".dropdown-panel").getBoundingClientRect();
    one.open = false;
    return left < 0 || right > innerWidth;
}).map(one => one.innerText)"""
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
    for rule in application.url_map.iter_rules():
        if not rule.arguments and "GET" in (rule.methods or ()):
            with application.app_context():
                public, polled = policy(rule.endpoint).public, policy(rule.endpoint).polled
            if polled:
                continue  # part of a page
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
    visit: Callable[..., Page], paths: dict[str, list[str]], who: str, site: Site
) -> None:
    page = visit(None if who == "visitor" else who, reduced_motion="reduce")
    more = [write_a_note_with_long_words(page)] if who == "user" else []
    more += observe_long_words(page, site.server.folder) if who == "admin" else []
    problems = []
    titles: dict[str, str] = {}
    for path in pages(page, paths[who] + more):
        if path not in MORE[who] + more and path != titles.setdefault(page.title(), path):
            problems.append(f"{path} has the title of {titles[page.title()]}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                problems.append(f"{path} is wider than {width} px")
            problems += [f"{path}, {width} px, cut: {one}" for one in page.evaluate(CUT)]
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


def observe_long_words(page: Page, folder: Path) -> list[str]:
    """What the recorder may keep, at its worst; the pages about a statement and an exception."""
    page.goto("/admin/requests/")  # which makes the tables
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
    shared |= {"first_at": now, "last_at": now, "worst_us": 10**6, "queries": 1000}
    shared |= {"database_us": 3 * 10**6, "template_us": 10**6}
    engine = create_engine(f"sqlite:///{folder / 'observations.db'}")
    with engine.begin() as connection:
        for table, row in rows.items():
            values = {name: value for name, value in shared.items() if name in table.c}
            connection.execute(table.insert(), values | row)
    engine.dispose()
    return ["/admin/queries/a1", "/admin/exceptions/b2"]
