"""Pages about the running app, with the longest words that they may have to show."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine

from carafe.observability import store
from carafe.testing.axe import problems
from carafe.testing.site import Site

pytestmark = pytest.mark.browser

LONG = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente" * 3
PAGES = [
    "/admin/requests/",
    "/admin/requests/auth.login",
    "/admin/requests/?window=month",
    "/admin/queries/",
    "/admin/queries/?q=nowhere",
    "/admin/exceptions/",
]


def test_they_are_accessible_and_fit_the_screen(visit: Callable[..., Page], site: Site) -> None:
    page = visit("admin", reduced_motion="reduce")
    page.goto("/admin/requests/")  # which makes the tables
    wrong = []
    for number, path in enumerate([*PAGES, *observe_long_words(site.server.folder)]):
        page.goto(path)
        wrong += problems(page, number)
    assert not wrong, "\n".join(wrong)


def observe_long_words(folder: Path) -> list[str]:
    """What the recorder may keep, at its worst; the pages about a statement and an exception."""
    now = int(time.time())
    sql = f'SELECT "user".email FROM "user" WHERE "user".name LIKE \'{LONG}\' ORDER BY "user".role'
    rows: dict[Any, dict[str, Any]] = {
        store.statement: {"fingerprint": "a1", "sql": sql, "rows": 1, "total_us": 10**7},
        store.repeated: {"fingerprint": "a1", "requests": 3, "worst": 40},
        store.exception: {
            "fingerprint": "b2",
            "type": LONG,
            "place": LONG,
            "traceback": LONG,
            "path": LONG,
        },
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
