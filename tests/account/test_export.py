"""The export of personal data: the page, and what the app adds to the archive."""

import io
import json
import zipfile

import pytest
from sqlalchemy import update

from app.auth.models import User
from carafe.database import db
from carafe.jobs import Job
from carafe.jobs.worker import run_due
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.lists import Links

PAGE, FILE = "/account/export", "/account/export/file"


def hrefs(page):
    return [link["href"] for link in Links(page.text).links]


@pytest.fixture
def change(app):
    """Change columns of all jobs."""

    def write(**values):
        with app.app_context():
            db.session.execute(update(Job).values(**values))
            db.session.commit()

    return write


def test_it_is_made_and_downloaded(app, alice, bob, sign_in):
    browser = sign_in(alice)
    answer = browser.submit(PAGE)
    assert (answer.status_code, answer.location) == (303, PAGE)
    run_due(app)
    assert FILE in hrefs(browser.get(PAGE))
    answer = browser.get(FILE)
    assert answer.content_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        [profile] = json.loads(archive.read("profile.json"))
    assert (profile["email"], profile["name"], profile["role"]) == (alice.email, "Alice", "user")
    assert sign_in(bob).get(FILE).location == PAGE


def test_it_holds_the_picture_and_no_secret(app, alice, sign_in, monkeypatch):
    monkeypatch.setattr("app.account.avatars.PICTURES.get", lambda name: b"the picture")
    with app.app_context():
        db.session.execute(update(User).values(avatar="x.webp"))
        db.session.commit()
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    with zipfile.ZipFile(io.BytesIO(browser.get(FILE).data)) as archive:
        assert archive.read("picture.webp") == b"the picture"
        assert b"$argon2" not in b"".join(map(archive.read, archive.namelist()))


def test_it_asks_for_a_proof(app, alice, sign_in):
    browser = sign_in(alice)
    later(app, minutes=11)
    answer = browser.submit(PAGE)
    assert answer.location.startswith("/auth/reauthenticate")
    proved = browser.submit(answer.location, {"password": PASSWORD})
    assert browser.submit(proved.location, action=PAGE).location == PAGE
    run_due(app)
    later(app, minutes=11)
    assert browser.get(FILE).location == f"/auth/reauthenticate?next={FILE}"
    assert f"/auth/reauthenticate?next={PAGE}" in hrefs(browser.get(PAGE))


def test_the_page_shows_how_far_it_is(app, alice, sign_in, change):
    browser = sign_in(alice)
    assert "<progress" not in browser.get(PAGE).text
    browser.submit(PAGE)
    assert "Queued…" in browser.get(PAGE).text
    assert PAGE in hrefs(browser.get(PAGE))  # without JavaScript
    change(state="running", done=2, total=8, message="Notes: 1,500")
    part = browser.get(f"{PAGE}/latest")
    assert "Notes: 1,500" in part.text
    assert 'value="2" max="8"' in part.text
    change(state="queued")
    run_due(app)
    part = browser.get(f"{PAGE}/latest")
    assert FILE in hrefs(part)
    assert "hx-trigger=" not in part.text


def test_the_page_says_that_it_failed(alice, sign_in, change):
    browser = sign_in(alice)
    browser.submit(PAGE)
    change(state="failed")
    assert "The export failed." in browser.get(PAGE).text


def test_the_page_says_why_it_cannot_be_downloaded(app, alice, sign_in, monkeypatch):
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    monkeypatch.setattr("carafe.downloads.encrypted.PURPOSE", "another key")
    assert browser.get(FILE).location == PAGE
    assert "is no longer available" in browser.get(PAGE).text
