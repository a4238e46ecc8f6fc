"""What is logged, and what never is."""

import json
import logging
from pathlib import Path

import pytest

from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.http import Browser
from carafe.testing.mailbox import Mailbox
from carafe.tests.site.models import User

pytestmark = pytest.mark.any_database

TOKEN = "Zm9yIHRoZSB0ZXN0cyBhbG9uZSwgbm90IGEgdG9rZW4"


def test_it_has_one_line_for_each_request(logging_app, lines):
    browser = Browser(logging_app().test_client())
    lines()
    browser.get("/nowhere?q=private", environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
    [line] = lines()
    assert line["event"] == "request"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/nowhere", 404)
    assert line["client"] == "203.0.113.7"
    assert line["ms"] >= 0
    assert line["level"] == "info"
    assert "timestamp" in line
    assert "private" not in json.dumps(line)


def test_it_has_no_lines_for_health(logging_app, lines):
    browser = Browser(logging_app().test_client())
    lines()
    browser.get("/livez")
    browser.get("/readyz")
    assert lines() == []


def test_it_tells_of_a_bug_on_one_line_with_its_traceback(logging_app, lines):
    browser = Browser(logging_app().test_client())
    lines()
    browser.get("/broken/x")
    [error] = [line for line in lines() if line["level"] == "error"]
    assert "RuntimeError: as a bug would:" in error["exception"]
    assert "Traceback" in error["exception"]


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_it_cannot_be_forged_by_a_path(log_format, logging_app, logged):
    browser = Browser(logging_app(LOG_FORMAT=log_format).test_client())
    logged()
    for path in ("/a%0a%0d2026 forged", "/%1b[31mred", "/%00%7f", "/%22}%0a{"):
        browser.get(path)
        text = logged()
        assert text.count("\n") == 1, path
        assert text.removesuffix("\n").isprintable(), path


def test_it_names_no_password_and_no_cookie(logging_app, alice, logged):
    browser = Browser(logging_app().test_client())
    fields = {"email": alice.email, "password": "seventeen zebras"}
    browser.submit("/auth/login", fields)
    browser.submit("/auth/register", fields | {"email": "new@example.com"})
    browser.submit("/auth/login", fields | {"password": PASSWORD})
    browser.submit("/account/password", {"current_password": "eighteen zebras", "password": "x"})
    cookies = browser.cookies()
    text = logged()
    assert text.count('"event": "request"') >= 8
    assert "zebras" not in text
    assert PASSWORD not in text
    assert "argon2" not in text
    assert not [value for _, value in cookies if value in text]


def test_it_names_no_mailed_token(logging_app, app, alice, erin, logged):
    made = logging_app()
    browser = Browser(made.test_client())
    mailbox = Mailbox(Path(app.instance_path) / "mail", made)
    for user, purpose in ((erin, "confirm"), (alice, "reset")):
        browser.submit(f"/auth/{purpose}", {"email": user.email})
        path = mailbox.link(user.email)
        logged()
        browser.get(path)
        browser.client.put(path)
        browser.client.options(path)
        browser.get(f"{path}/")
        browser.get(f"{path}.")
        browser.get(f"/typo{path}")
        browser.get(f"/?next={path}")
        browser.get(path, headers={"Referer": f"http://localhost{path}"})
        browser.submit(path, {"password": "another one, quite as long"})
        browser.get(path)
        text = logged()
        assert text.count('"event": "request"') >= 10
        assert path.rpartition("/")[2] not in text
        assert f"/auth/{purpose}/<token>" in text


def test_it_names_no_token_when_a_view_breaks(logging_app, lines):
    browser = Browser(logging_app().test_client())
    lines()
    assert browser.get(f"/broken/{TOKEN}").status_code == 500
    records = lines()
    assert len(records) == 2
    assert TOKEN not in json.dumps(records)


def test_it_names_nothing_that_a_program_sent(logging_app, lines):
    browser = Browser(logging_app().test_client())
    lines()
    headers = {"Authorization": "Bearer xylophone"}
    browser.get("/broken/x", json={"cards": ["4111-1111"]}, headers=headers)
    [error] = [line for line in lines() if line["level"] == "error"]
    assert "{'cards': ['***']}, 'Bearer ***'" in error["exception"]


def test_it_names_no_secret_that_is_given_to_it(logging_app, logged):
    logging_app()
    extra_fields = {
        "items": [{"password": "xylophone"}],
        "url": "https://user:xylophone@example.com/",
    }
    logging.getLogger("app").warning("https://user:xylophone@example.com/", extra=extra_fields)
    text = logged()
    assert "https://***@example.com/" in text
    assert "xylophone" not in text


def test_it_names_no_token_of_a_refused_host(logging_app, logged):
    browser = Browser(logging_app(TRUSTED_HOSTS=["example.org"]).test_client())
    logged()
    assert browser.get(f"/auth/reset/{TOKEN}").status_code == 400
    text = logged()
    assert "request" in text
    assert TOKEN not in text


def test_it_names_no_values_of_a_statement_that_fails(logging_app, alice, bob, logged, monkeypatch):
    """A broken constraint is logged with its statement, not with what was to be stored."""

    def clash(user, name):
        with db.session.no_autoflush:
            db.session.add(User(email=bob.email, name="N", password_hash=f"$argon2id${TOKEN}"))
        db.session.flush()

    browser = Browser(logging_app().test_client())
    browser.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    monkeypatch.setattr(User, "rename", clash)
    assert browser.submit("/members", {"name": "x"}).status_code == 409
    text = logged()
    assert "constraint" in text
    assert TOKEN not in text
    assert bob.email not in text


def test_it_is_quiet_below_its_level(logging_app, logged):
    browser = Browser(logging_app(LOG_LEVEL="ERROR").test_client())
    logged()
    browser.get("/nowhere")
    assert logged() == ""
