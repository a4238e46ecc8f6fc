"""A development server with the sample data, and its users."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import select

from carafe.auth import passwords
from carafe.auth.users import user_model
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser as Client
from carafe.testing.server import BIN, Server
from carafe.testing.sessions import open_session
from carafe.testing.suite import suite
from carafe.time import now

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam
    from playwright.sync_api import Page

# A developer's own .env must not decide: empty means the default.
DEFAULTS = dict.fromkeys(("DATABASE_URL", "MAIL_URL", "TRUSTED_HOSTS", "APP_NAME"), "")


class Site:
    """A development server, and who can log in there: `people`, by role, as `flask demo` prints."""

    def __init__(self, server: Server, app: Flask):
        """Take a server that runs, and an app of this process on the same data."""
        self.server, self.url, self.app = server, server.url, app
        self.home = app.config["HOME_URL"]
        output = app.test_cli_runner().invoke(args=["demo"]).output
        samples = re.findall(r"^(\w+) +(\S+@\S+)  password (\S+)", output, re.M)
        self.people = {role: (email, password) for role, email, password in samples}
        self.cookies: dict[str, SetCookieParam] = {}

    def client(self, email: str) -> Client:
        """Open a session of a user that needs no real browser."""
        with self.app.app_context():
            user = db.session.scalars(select(user_model()).filter_by(email=email)).one()
        return open_session(self.app, user)

    def sign_in(self, page: Page, email: str, url: str = "") -> None:
        """Open a session of a user on a page, without the form; `url` is the site's other name."""
        page.context.add_cookies([self.new_cookie(email, url)])

    def new_cookie(self, email: str, url: str = "") -> SetCookieParam:
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = self.client(email).client.get_cookie(name)
        assert cookie
        return {"name": name, "value": cookie.value, "url": url or self.url}

    def cookie(self, who: str) -> SetCookieParam:
        """Return the cookie of a session, which all tests share, of one of `people`."""
        if who not in self.cookies:
            self.cookies[who] = self.new_cookie(self.people[who][0])
        return self.cookies[who]


class Member:
    """A user of one test alone, with a confirmed address, and the page they use."""

    def __init__(self, site: Site, page: Page, name: str = ""):
        self.site, self.page = site, page
        self.email = f"{secrets.token_hex(4)}@example.com"
        with site.app.app_context():
            password_hash = passwords.hash(PASSWORD)
            user_model().register(self.email, password_hash, name=name, confirmed_at=now())
            db.session.commit()

    def sign_in(self, url: str = "") -> None:
        """Log in without the form, for tests that are about something else."""
        self.site.sign_in(self.page, self.email, url)

    def submit_login(self) -> None:
        submit_login(self.page, self.email, PASSWORD)

    def log_in(self) -> None:
        self.submit_login()
        self.wait_for_home()

    def wait_for_home(self) -> None:
        self.page.wait_for_url(f"**{self.site.home}")

    def log_out(self) -> None:
        self.page.locator(".account-menu summary").click()
        self.page.get_by_role("button", name="Log out").click()
        self.page.get_by_role("link", name="Log in").first.wait_for()


def submit_login(page: Page, email: str, password: str) -> None:
    page.goto("/auth/login")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()


@contextmanager
def run_site(
    application: Flask, folder: Path, environ: dict[str, str] | None = None, *, debug: bool = False
) -> Iterator[Site]:
    """Serve the app of the suite with the sample data and these settings, as a developer does."""
    server = Server(folder, {"APP_ENV": "development", **DEFAULTS, **(environ or {})})
    create = suite().create_app
    options = (
        [] if debug else ["--app", f"{create.__module__}:{create.__name__}({{'DEBUG': False}})"]
    )
    try:
        server.start(str(BIN / "flask"), *options, "run", "--port", str(server.port))
        data = {"INSTANCE_PATH": str(folder), "DATABASE_URL": None, "PUBLIC_URL": server.url}
        with another_app(application, **data) as app:
            yield Site(server, app)
    finally:
        server.stop()
