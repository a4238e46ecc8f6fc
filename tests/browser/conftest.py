"""Real browsers in front of a development server.

Whatever a test is about, its pages may neither complain in the console nor violate their content
security policy.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.auth.models import User
from carafe.auth import passwords
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.http import Browser as Client
from carafe.testing.server import BIN, Server
from carafe.testing.sessions import open_session
from carafe.time import now

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

# The headless one takes two thirds of the time.
CHROMIUM = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
# A developer's own .env must not decide: empty means the default.
DEFAULTS = dict.fromkeys(("DATABASE_URL", "MAIL_URL", "TRUSTED_HOSTS", "APP_NAME"), "")
SITE = "tests.browser.wsgi"
DESKTOP = {"width": 1280, "height": 800}

# As long as clicks wait: pages are slow while many tests run in parallel.
PATIENCE = 10_000  # milliseconds

# What Chromium says about any answer from 400 on, wanted or not.
STATUS = "Failed to load resource: the server responded with a status of 4"
# A file of the debug toolbar that warns about the toolbar's own code.
MIGRATE = "/_debug_toolbar/static/js/jquery-migrate.js"


class Site:
    """A development server with the sample data, and who can log in there."""

    def __init__(self, server: Server, app: Flask):
        """Take a server that runs, and an app of this process on the same data."""
        self.server, self.url, self.app = server, server.url, app
        output = app.test_cli_runner().invoke(args=["demo"]).output
        sample = re.findall(r"^(\w+) +(\S+@\S+)  password (\S+)", output, re.M)
        self.people = {role: (email, password) for role, email, password in sample}
        self.cookies: dict[str, Any] = {}

    def register(self, email: str, password: str, name: str = "") -> None:
        """Make a user with a confirmed address."""
        with self.app.app_context():
            User.register(email, passwords.hash(password), name=name, confirmed_at=now())
            db.session.commit()

    def log_in(self, page: Page, who: str) -> None:
        email, password = self.people[who]
        page.goto("/auth/login")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url("**/dashboard")

    def client(self, who: str) -> Client:
        """Open a session of one of `people` that needs no real browser."""
        email, _ = self.people[who]
        with self.app.app_context():
            user = db.session.scalars(select(User).filter_by(email=email)).one()
        return open_session(self.app, user)

    def cookie(self, who: str) -> Any:
        """Return the cookie of a session, which all tests share, of one of `people`."""
        if who not in self.cookies:
            name = self.app.config["SESSION_COOKIE_NAME"]
            cookie = self.client(who).client.get_cookie(name)
            assert cookie
            self.cookies[who] = {"name": name, "value": cookie.value, "url": self.url}
        return self.cookies[who]


@contextmanager
def development_site(application: Flask, server: Server, *command: str) -> Iterator[Site]:
    """Serve a site with the sample data: `flask` and `command`, such as "run"."""
    try:
        server.start(str(BIN / "flask"), *command, "--port", str(server.port))
        data = {"INSTANCE_PATH": str(server.folder), "DATABASE_URL": None, "PUBLIC_URL": server.url}
        with another_app(application, **data) as app:
            yield Site(server, app)
    finally:
        server.stop()


class Tabs:
    """Pages that tests use one after the other.

    Starting a browser context takes three times as long as loading a page. So pages are reused,
    with their cache, after what the last test did and stored has been cleared.
    """

    def __init__(self, browser: Browser):
        self.browser = browser
        self.complaints: list[str] = []
        self.idle: dict[Any, list[Page]] = {}

    def new(self, **options: Any) -> Page:
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def take(self, key: Any, **options: Any) -> Page:
        """Return an idle page that was opened with the same key, or a new one."""
        idle = self.idle.setdefault(key, [])
        return idle.pop() if idle else self.new(**options)

    def give_back(self, key: Any, page: Page, url: str) -> None:
        """Forget what a test did on a page; `url` is one of the site that runs no scripts."""
        page.unroute_all()
        page.goto(url)
        context: BrowserContext = page.context
        context.set_storage_state({"cookies": [], "origins": []})
        self.idle[key].append(page)

    def _note(self, message: ConsoleMessage) -> None:
        own = message.text.startswith(STATUS) or page_of(message).startswith("chrome-error:")
        own = own or message.location["url"].endswith(MIGRATE)
        if message.type in ("error", "warning") and not own:
            self.complaints.append(f"{message.location['url']}: {message.text}")


def page_of(message: ConsoleMessage) -> str:
    """Where the page is that complains: Chromium's own, about a page that it did not get, does."""
    return message.page.url if message.page else ""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        text = f"no Chromium: install one of {', '.join(CHROMIUM)}, or set CHROMIUM"
        pytest.fail(text) if os.environ.get("CI") else pytest.skip(text)
    # The group `browser` may not be installed, and this file is read all the same.
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tabs(chromium: Browser) -> Tabs:
    return Tabs(chromium)


@pytest.fixture(scope="session")
def site(application: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    server = Server(tmp_path_factory.mktemp("site"), {"APP_ENV": "development", **DEFAULTS})
    with development_site(application, server, "--app", SITE, "run") as site:
        yield site


@pytest.fixture
def visit(tabs: Tabs, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens a page: `visit("user")`, `visit(java_script_enabled=False)`.

    With `fresh=True` in a browser context of its own, for what cannot be undone: scripts that run
    on each page, a clock that stands still, permissions.
    """
    taken: list[tuple[Any, Page]] = []
    contexts: list[BrowserContext] = []
    tabs.complaints.clear()

    def open_page(
        who: str | None = None,
        *,
        base_url: str = site.url,
        viewport: Any = DESKTOP,
        java_script_enabled: bool = True,
        color_scheme: Any = "null",
        reduced_motion: Any = "null",
        fresh: bool = False,
        **options: Any,
    ) -> Page:
        options |= {"base_url": base_url, "java_script_enabled": java_script_enabled}
        if fresh:
            page = tabs.new(**options)
            contexts.append(page.context)
        else:
            key = tuple(options.items())
            page = tabs.take(key, **options)
            taken.append((key, page))
        page.set_viewport_size(viewport)
        page.emulate_media(media="null", color_scheme=color_scheme, reduced_motion=reduced_motion)
        if who:
            page.context.add_cookies([site.cookie(who)])
        return page

    yield open_page
    for context in contexts:
        context.close()
    for key, page in taken:
        tabs.give_back(key, page, f"{site.url}/livez")
    assert not tabs.complaints, "\n".join(tabs.complaints)
