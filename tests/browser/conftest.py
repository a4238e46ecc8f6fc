"""Real browsers in front of the development server, as `bin/dev` starts it.

Whatever a test is about, its pages may neither complain in the console nor violate their content
security policy.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from app import FEATURES
from tests.server import BIN, Server

# Browsers are led through the example. Where it is gone, lead them through a feature of your own.
collect_ignore_glob = [] if "notes" in FEATURES else ["test_*.py"]

CHROMIUM = ["chromium", "chromium-browser", "google-chrome"]
# A developer's own .env must not decide: empty means the default.
DEFAULTS = dict.fromkeys(("DATABASE_URL", "MAIL_URL", "TRUSTED_HOSTS", "APP_NAME"), "")

# What Chromium says about any answer from 400 on, wanted or not.
STATUS = "Failed to load resource: the server responded with a status of 4"


class Site:
    """A development server with the sample data, and who can log in there."""

    def __init__(self, server: Server):
        self.server, self.url = server, server.url
        server.start(str(BIN / "flask"), "run", "--port", str(server.port))
        sample = re.findall(r"^(\w+) +(\S+@\S+)  password (\S+)", server.flask("demo"), re.M)
        self.people = {role: (email, password) for role, email, password in sample}
        self.cookies: dict[str, Any] = {}

    def log_in(self, page: Page, who: str) -> None:
        email, password = self.people[who]
        page.goto("/auth/login")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url("**/dashboard")

    def enter(self, context: BrowserContext, who: str) -> None:
        """Be logged in: by the form once, and then with the cookie that it gave."""
        if who not in self.cookies:
            page = context.new_page()
            self.log_in(page, who)
            page.close()
            self.cookies[who] = context.cookies()
        context.add_cookies(self.cookies[who])


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip(f"no Chromium: install one of {', '.join(CHROMIUM)}, or set CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    server = Server(tmp_path_factory.mktemp("site"), {"APP_ENV": "development", **DEFAULTS})
    yield Site(server)
    server.stop()


def page_of(message: ConsoleMessage) -> str:
    """Where the page is that complains: Chromium's own, about a page that it did not get, does."""
    return message.page.url if message.page else ""


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Opens a browser: `visit("user")`, `visit(java_script_enabled=False)`."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        own = message.text.startswith(STATUS) or page_of(message).startswith("chrome-error:")
        if message.type in ("error", "warning") and not own:
            complaints.append(f"{message.location['url']}: {message.text}")

    def open_page(who: str | None = None, **options: Any) -> Page:
        defaults = {"base_url": site.url, "viewport": {"width": 1280, "height": 800}}
        context = chromium.new_context(**(defaults | options))
        contexts.append(context)
        context.set_default_timeout(10_000)
        if who:
            site.enter(context, who)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)
