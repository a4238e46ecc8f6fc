"""A provider that is down, slow, or beside itself."""

import time
from dataclasses import replace
from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest

from carafe.auth.providers import client
from carafe.database import db
from carafe.testing.loopback import always, document
from carafe.testing.providers import authorize, make_journey, start_journey
from carafe.testing.two_factor import is_logged_in

pytestmark = pytest.mark.any_database

GARBAGE = [
    (200, {}, b""),
    (200, {}, b"<html>We will be back soon.</html>"),
    (200, {"Content-Type": "application/json"}, b'["a list"]'),
    (200, {"Content-Type": "application/json"}, b"\xff\xfe"),
    (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"),
    (302, {"Location": "/elsewhere"}, b""),
    (500, {}, b"{}"),
    (503, {}, b"busy"),
]


def unavailable(browser, answer):
    assert answer.status_code == 503, answer.text
    return not is_logged_in(browser)


def leave(browser):
    return browser.submit("/auth/login", action="/auth/oauth/acme")


def test_it_says_so_when_it_is_down_at_the_start(acme, visitor):
    acme.stop()
    assert unavailable(visitor, leave(visitor))


def test_it_says_so_when_it_is_down_at_the_end(acme, visitor, all_emails):
    path = authorize(start_journey(visitor))
    acme.stop()
    assert unavailable(visitor, visitor.get(path))
    assert all_emails() == []


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
def test_it_makes_nothing_of_nonsense(path, acme, visitor, all_emails):
    visit = leave if path.startswith("/.") else make_journey
    for nonsense in GARBAGE:
        with acme.answering(path, always(nonsense)):
            assert unavailable(visitor, visit(visitor)), nonsense
    assert acme.called("/elsewhere") == []
    assert all_emails() == []
    assert make_journey(visitor).status_code == 303


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
def test_it_reads_no_more_than_such_answers_need(path, acme, visitor):
    usual = acme.routes[path]

    def pad(call):
        status, headers, content = usual(call)
        return status, headers, content + b" " * 1024 * 1024

    with acme.answering(path, pad):
        answer = leave(visitor) if path.startswith("/.") else make_journey(visitor)
    assert unavailable(visitor, answer)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
def test_it_does_not_wait_for_ever(path, acme, visitor, monkeypatch):
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.05)
    over = Event()

    def never(call):
        over.wait(30)
        return document({})

    with acme.answering(path, never):
        answer = leave(visitor) if path.startswith("/.") else make_journey(visitor)
        over.set()
    assert unavailable(visitor, answer)


def test_it_does_not_wait_for_one_byte_at_a_time(acme, visitor, monkeypatch):
    monkeypatch.setattr(client, "RESPONSE_TIMEOUT_SECONDS", -1)
    assert unavailable(visitor, leave(visitor))


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
def test_nobody_waits_for_the_database_meanwhile(path, app, acme, alice, sign_in):
    held = []
    answer = acme.routes[path]

    def look(call):
        with app.app_context():
            held.append(db.engine.pool.status())
        return answer(call)

    page = "/account/connections"
    browser = sign_in(alice)
    with acme.answering(path, look):
        assert make_journey(browser, page=page).status_code == 303
    assert held
    assert all("Current Checked out connections: 0" in status for status in held)


def test_discovery_is_not_asked_each_time(acme, visitor, browser):
    make_journey(visitor)
    make_journey(browser())
    assert len(acme.called("/.well-known/openid-configuration")) == 1
    assert len(acme.called("/jwks")) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://accounts.example.org"},
        {"issuer": None},
        {"authorization_endpoint": "http://example.org/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": 'https://example.org/"><script>'},
    ],
    ids=str,
)
def test_it_does_not_believe_every_discovery(change, acme, visitor):
    metadata = acme.metadata() | change
    with acme.answering("/.well-known/openid-configuration", lambda call: document(metadata)):
        assert unavailable(visitor, leave(visitor))


def test_it_sends_no_secret_without_tls(acme, visitor):
    # An address that is not loopback's, and yet this machine.
    unsafe = acme.url.replace("127.0.0.1", "0.0.0.0")
    metadata = acme.metadata() | {"token_endpoint": f"{unsafe}/token"}
    with acme.answering("/.well-known/openid-configuration", lambda call: document(metadata)):
        assert unavailable(visitor, make_journey(visitor))
    assert acme.called("/token") == []


def test_it_calls_nothing_on_this_machine_for_a_provider_elsewhere(app, acme, visitor):
    """Which would not be reached otherwise, and may believe any caller from here."""
    issuer = "https://accounts.example.org"
    provider = replace(app.extensions["providers"]["acme"], issuer=issuer)
    app.extensions["providers"]["acme"] = provider
    metadata = acme.metadata() | {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
    }
    url = f"{issuer}/.well-known/openid-configuration"
    app.extensions["provider_documents"][url] = time.monotonic() + 60, metadata
    state = parse_qs(urlsplit(start_journey(visitor)).query)["state"][0]
    assert unavailable(visitor, visitor.get(f"/auth/oauth/acme/callback?code=x&state={state}"))
    assert acme.called("/token") == []


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(acme, visitor):
    metadata = acme.metadata() | {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    with acme.answering("/.well-known/openid-configuration", lambda call: document(metadata)):
        assert make_journey(visitor).status_code == 303
    [call] = acme.called("/token")
    assert call.form["client_secret"]
    assert "Authorization" not in call.headers


def test_a_wrong_secret_is_no_way_in(acme, visitor):
    with acme.answering("/token", lambda call: document({"error": "invalid_client"}, 401)):
        answer = make_journey(visitor)
    assert answer.status_code == 400
    assert not is_logged_in(visitor)
