"""Each refusal is logged as an event: what, why, which account, which client."""

import json
import re
from urllib.parse import quote

import pytest

from carafe.auth import accounts
from carafe.auth.passkeys import PasskeyError
from carafe.config import ROOT
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.http import Browser
from carafe.testing.two_factor import set_up, submit_code
from carafe.tests.site.models import User
from carafe.web.routing import public

pytestmark = pytest.mark.any_database

CLIENT = "203.0.113.7"
HERE = {"environ_overrides": {"REMOTE_ADDR": CLIENT}}
WRONG = "Wr0ng-xylophone"
JSON = {"Accept": "application/json"}


@pytest.fixture
def open_site(logging_app):
    """Return a function that opens a visitor's browser on an app that logs as in production."""

    def enter():
        return Browser(logging_app(LOG_LEVEL="INFO", TRUSTED_HOSTS=["localhost"]).test_client())

    return enter


@pytest.fixture
def events(lines):
    """Return a function that reads the events since its last call: name, reason, account."""

    def read():
        events = []
        for line in lines():
            if line["logger"] == "carafe.security":
                assert line["client"] == CLIENT
                assert line["level"] == "warning"
                assert len(line["request_id"]) == 32
                assert line["method"] in ("GET", "POST")
                assert line["path"].startswith("/")
                events.append((line["event"], line["reason"], line.get("account")))
        return events

    return read


def log_in(browser, email, password=WRONG):
    form = browser.fill("/auth/login")
    return browser.send(form, {"email": email, "password": password}, **HERE)


def test_a_wrong_password_is_one(alice, open_site, events):
    site = open_site()
    log_in(site, alice.email)
    assert events() == [("login.failed", "wrong_password", alice.subject)]


def test_an_unknown_address_is_one(open_site, events):
    site = open_site()
    log_in(site, "nobody@example.com")
    assert events() == [("login.failed", "unknown_address", None)]


def test_a_suspended_account_is_one(dave, open_site, events):
    site = open_site()
    log_in(site, dave.email, PASSWORD)
    assert events() == [("login.failed", "suspended", dave.subject)]


def test_an_account_without_a_password_is_one(app, make_user, open_site, events):
    site = open_site()
    user = make_user("provider@example.com")
    with app.app_context():
        db.session.execute(db.update(User).values(password_hash=""))
        db.session.commit()
    log_in(site, user.email)
    assert events() == [("login.failed", "no_password", user.subject)]


def test_a_good_log_in_is_none(alice, open_site, events):
    site = open_site()
    assert log_in(site, alice.email, PASSWORD).status_code == 303
    assert events() == []


def test_a_reached_limit_is_one_by_its_name(alice, open_site, events):
    site = open_site()
    for _ in range(10):
        log_in(site, alice.email)
    events()
    assert log_in(site, alice.email).status_code == 429
    assert events() == [("limit.reached", "login", None)]


def test_a_wrong_code_is_one(alice, open_site, sign_in, clock, events):
    site = open_site()
    set_up(sign_in(alice))
    assert log_in(site, alice.email, PASSWORD).status_code == 303
    submit_code(site, "000000", **HERE)
    assert events() == [("second_factor.failed", "wrong_code", alice.subject)]


def test_a_failed_proof_is_one(alice, open_site, events):
    site = open_site()
    log_in(site, alice.email, PASSWORD)
    form = site.fill("/auth/reauthenticate")
    assert site.send(form, {"password": WRONG}, **HERE).status_code == 422
    assert events() == [("proof.failed", "wrong_password", alice.subject)]


def test_a_passkey_that_does_not_count_is_one(logging_app, events):
    made = logging_app(LOG_LEVEL="INFO")

    @made.post("/passkey")
    @public
    def log_in_with_passkey():
        with pytest.raises(PasskeyError):
            accounts.log_in_with_passkey(remember=False)
        return ""

    site = Browser(made.test_client())
    fields = {"csrf_token": site.token(), "credential": "{}", "challenge": "x"}
    assert site.post("/passkey", fields, **HERE).status_code == 200
    assert events() == [("passkey.refused", "not_accepted", None)]


def test_a_link_that_opens_nothing_is_one(open_site, events):
    site = open_site()
    for path in ("reset", "confirm", "invitation", "email"):
        assert site.get(f"/auth/{path}/{'x' * 43}", **HERE).status_code == 404
        assert events() == [("link.refused", "unknown_or_expired", None)], path


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403, "other_origin"),
        ({"Origin": "https://evil.example"}, 403, "other_origin"),
        ({}, 400, "no_token"),
    ],
)
def test_a_forged_form_is_one(headers, status, reason, alice, open_site, events):
    site = open_site()
    log_in(site, alice.email, PASSWORD)
    answer = site.post("/members", {"name": "x"}, headers=headers, **HERE)
    assert answer.status_code == status
    assert events() == [("csrf.refused", reason, alice.subject)]


def test_an_unknown_host_is_one(open_site, events):
    site = open_site()
    assert site.get("/", headers={"Host": "evil.example"}, **HERE).status_code == 400
    assert events() == [("host.refused", "untrusted_host", None)]


def test_a_missing_permission_is_one_by_its_name(alice, open_site, events):
    site = open_site()
    log_in(site, alice.email, PASSWORD)
    assert site.get("/admin/users/", **HERE).status_code == 403
    assert events() == [("access.denied", "permission:users.read", alice.subject)]


def test_a_program_that_is_not_logged_in_is_one(open_site, events):
    site = open_site()
    assert site.get("/members", headers=JSON, **HERE).status_code == 401
    assert events() == [("access.denied", "not_logged_in", None)]


def test_a_program_without_a_recent_proof_is_one(alice, open_site, events, app):
    site = open_site()
    log_in(site, alice.email, PASSWORD)
    later(app, minutes=11)
    fields = {"csrf_token": site.token()}
    assert (
        site.post("/account/second-factors/totp", fields, headers=JSON, **HERE).status_code == 403
    )
    assert events() == [("access.denied", "no_recent_proof", alice.subject)]


@pytest.mark.parametrize(
    ("path", "options", "status", "reason"),
    [
        ("/auth/login", {"data": b"x" * 3_000_000}, 413, "too_large"),
        ("/auth/login", {"headers": {"X-Long": "x" * 9_000}}, 431, "header_too_large"),
    ],
)
def test_what_is_too_large_is_one(path, options, status, reason, open_site, events):
    site = open_site()
    assert site.post(path, **{"data": None} | options, **HERE).status_code == status
    assert events() == [("request.refused", reason, None)]


def test_a_page_that_is_not_there_is_none(alice, open_site, events):
    site = open_site()
    log_in(site, alice.email, PASSWORD)
    for path in ("/nowhere", "/things/4711"):
        assert site.get(path, **HERE).status_code == 404
    assert site.get("/auth/logout", **HERE).status_code == 405
    assert events() == []


def test_being_led_to_log_in_is_none(open_site, events):
    site = open_site()
    assert site.get("/members", **HERE).status_code == 303
    assert events() == []


def test_a_limit_that_is_caught_is_none(app, open_site, events):
    """Such as the limit of emails, which nobody is told about."""
    site = open_site()
    for _ in range(7):
        form = site.fill("/auth/reset")
        assert site.send(form, {"email": "nobody@example.com"}, **HERE).status_code == 303
    assert events() == []


TYPED = ['x\n{"event":"forged"}', "\x1b[31mred", "a@b.example\r\nforged", "\u2028x", WRONG]


@pytest.mark.parametrize("log_format", ["json", "text"])
@pytest.mark.parametrize("text", TYPED)
def test_none_holds_what_was_typed(text, log_format, alice, logging_app, logged):
    browser = Browser(logging_app(LOG_FORMAT=log_format).test_client())
    token = browser.token()
    logged()
    for email in (alice.email, text, f"{text}@example.com"):
        fields = {"csrf_token": token, "email": email, "password": text}
        browser.post("/auth/login", fields, headers={"User-Agent": "xylophone"})
    browser.get(f"/auth/reset/x?{quote(text)}")
    browser.post("/members", {"csrf_token": text})
    written = logged()
    assert "login.failed" in written
    assert "link.refused" in written
    assert "csrf.refused" in written
    assert "xylophone" not in written
    assert alice.email not in written
    for line in written.splitlines():
        assert line.isprintable()
        if log_format == "json":
            assert json.loads(line)["event"] != "forged"
    assert len(written.split("\n")) == len(written.splitlines()) + 1


def test_the_documentation_lists_them():
    files = ROOT.glob("carafe/**/*.py")
    source = "\n".join(file.read_text() for file in files if "tests" not in file.parts)
    calls = re.findall(r'(?:report|refuse|Refusal|note_refusal)\((?:\d+, )?"(\w+\.\w+)"', source)
    page = (ROOT / "docs/observability.md").read_text().split("### Security events")[1]
    listed = re.findall(r"(?m)^\| `(\w+\.\w+)` \|", page)
    assert sorted(listed) == sorted(set(calls))
