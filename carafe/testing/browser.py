"""Pages in Chromium, from a development server.

Whatever a test is about, its pages must neither log errors in the console nor violate their content
security policy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from carafe.testing.site import Site, run_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

# The headless one takes two thirds of the time.
CHROMIUM = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
DESKTOP = {"width": 1280, "height": 800}

# The timeout of clicks: pages are slow while many tests run in parallel.
TIMEOUT = 10_000  # milliseconds

# What Chromium logs about any response from 400 on, expected or not.
STATUS = "Failed to load resource: the server responded with a status of 4"
# A file of the debug toolbar that warns about the toolbar's own code.
MIGRATE = "/_debug_toolbar/static/js/jquery-migrate.js"


class Tabs:
    """Pages that tests reuse.

    Creating a browser context takes three times as long as loading a page. So pages are reused with
    their cache, after clearing what the last test did and stored.
    """

    def __init__(self, browser: Browser):
        self.browser = browser
        self.complaints: list[str] = []
        self.idle: dict[object, list[Page]] = {}

    def new(self, **options: Any) -> Page:
        context = self.browser.new_context(**options)
        context.set_default_timeout(TIMEOUT)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def take(self, key: object, **options: object) -> Page:
        """Return an idle page that was opened with the same key, or a new one."""
        idle = self.idle.setdefault(key, [])
        return idle.pop() if idle else self.new(**options)

    def give_back(self, key: object, page: Page, url: str) -> None:
        """Clear what a test did on a page; `url` is a page of the site without scripts."""
        page.unroute_all()
        page.goto(url)
        context: BrowserContext = page.context
        context.set_storage_state({"cookies": [], "origins": []})
        self.idle[key].append(page)

    def _note(self, message: ConsoleMessage) -> None:
        # Chromium's own error page logs errors, too.
        url = message.page.url if message.page else ""
        is_expected = (
            message.text.startswith(STATUS)
            or url.startswith("chrome-error:")
            or message.location["url"].endswith(MIGRATE)
        )
        if message.type in ("error", "warning") and not is_expected:
            self.complaints.append(f"{message.location['url']}: {message.text}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        text = f"no Chromium: install one of {', '.join(CHROMIUM)}, or set CHROMIUM"
        pytest.fail(text) if os.environ.get("CI") else pytest.skip(text)
    # The group `browser` may not be installed, but this plugin is always loaded.
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tabs(chromium: Browser) -> Tabs:
    return Tabs(chromium)


@pytest.fixture(scope="session")
def site_settings() -> dict[str, str]:
    """Return settings of the server, as environment variables, for a suite to override."""
    return {}


@pytest.fixture(scope="session")
def site(
    application: Flask, tmp_path_factory: pytest.TempPathFactory, site_settings: dict[str, str]
) -> Iterator[Site]:
    """Start the development server whose pages `visit` opens.

    Without the debug toolbar, which takes a browser more time than the page itself, and with static
    files that browsers cache, as in production.
    """
    with run_site(application, tmp_path_factory.mktemp("site"), site_settings) as site:
        yield site


@pytest.fixture
def visit(tabs: Tabs, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a page: `visit("user")`, `visit(java_script_enabled=False)`.

    With `fresh=True`, in a separate browser context, for what can't be undone: scripts that run on
    each page, a frozen clock, permissions.
    """
    taken: list[tuple[object, Page]] = []
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
