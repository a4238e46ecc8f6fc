"""The front ends, built with npm and driven in Chromium from a site of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from carafe.auth.accounts.api_tokens import available_scopes
from carafe.auth.models import ApiToken
from carafe.auth.users import user_model
from carafe.database import db
from carafe.testing.site import Member, Site, run_site
from examples.python.client import Client

pytestmark = [pytest.mark.browser, pytest.mark.examples]
FOLDER = Path(__file__).parent.parent


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="session", params=["vue", "react", "angular"])
def front_end(request: pytest.FixtureRequest) -> Iterator[str]:
    """Build the front end in a folder, and serve it; return its URL."""
    if shutil.which("npm") is None:
        text = "no npm: install Node 20.19 or later"
        pytest.fail(text) if os.environ.get("CI") else pytest.skip(text)
    folder = FOLDER / request.param
    for command in (["npm", "ci", "--silent"], ["npm", "run", "build", "--silent"]):
        if command[1] != "ci" or not (folder / "node_modules").exists():
            subprocess.run(command, cwd=folder, check=True, timeout=300)
    handler = partial(QuietHandler, directory=str(folder / "dist"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def api_site(
    application: Flask, tmp_path_factory: pytest.TempPathFactory, front_end: str
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with run_site(application, folder, {"API_ORIGINS": front_end}) as site:
        yield site


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def client(api_site: Site, page: Page, front_end: str) -> Client:
    """Log a new user in; return the client of a program that uses the same account."""
    email = Member(api_site, page).email
    with api_site.app.app_context():
        user = db.session.scalars(db.select(user_model()).filter_by(email=email)).one()
        prefix = api_site.app.config["API_TOKEN_PREFIX"]
        _, token = ApiToken.issue(user, "test", {*available_scopes()}, prefix=prefix)
        db.session.commit()
    page.goto(front_end)
    page.get_by_label("Server").fill(api_site.url)
    page.get_by_label("API token").fill(token)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="New note").wait_for()
    return Client(api_site.url, token)


def create(page: Page, title: str) -> None:
    page.get_by_role("button", name="New note").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").click()


def test_it_creates_edits_and_deletes(client: Client, page: Page) -> None:
    create(page, "Roof")
    page.get_by_role("button", name="Roof").click()
    page.get_by_label("Title").fill("Attic")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Attic").click()
    assert [note["title"] for note in client.list("notes")] == ["Attic"]
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="New note").wait_for()
    expect(page.get_by_role("listitem")).to_have_count(0)
    assert list(client.list("notes")) == []


def test_it_scrolls_to_the_oldest_note(client: Client, page: Page) -> None:
    for number in range(45):
        client.create("notes", {"title": f"Note {number}"})
    page.reload()
    for count in (20, 40, 45):
        expect(page.get_by_role("listitem")).to_have_count(count)
        page.mouse.wheel(0, 10_000)


@pytest.mark.parametrize(("choice", "title"), [("Keep mine", "Attic"), ("Take theirs", "Cellar")])
def test_it_shows_both_versions_of_a_conflict(
    client: Client, page: Page, choice: str, title: str
) -> None:
    note = client.create("notes", {"title": "Roof"})
    page.reload()
    page.get_by_role("button", name="Roof").click()
    page.get_by_label("Title").fill("Attic")
    client.update(note, {"title": "Cellar"})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("changed in the meantime")
    expect(page.get_by_role("heading", name="Their version: Cellar")).to_be_visible()
    page.get_by_role("button", name=choice).click()
    if choice == "Take theirs":
        expect(page.get_by_label("Title")).to_have_value("Cellar")
    else:
        page.get_by_role("button", name="Attic").wait_for()
    assert client.get(f"notes/{note['id']}")["title"] == title


def test_it_tries_again_when_it_is_online(client: Client, page: Page) -> None:
    page.context.set_offline(True)
    create(page, "Roof")
    expect(page.get_by_role("alert")).to_have_text("The server can't be reached.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("button", name="Roof").wait_for()
    assert len([*client.list("notes")]) == 1
