"""The session's cookie, and the one by which a browser is recognized."""

from base64 import urlsafe_b64decode

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import SecureBrowser

pytestmark = pytest.mark.any_database


def attributes(header):
    return {part.strip().partition("=")[0].lower(): part.strip() for part in header.split(";")}


def test_errors_set_none(visitor):
    for path in ("/nowhere", "/auth/logout", "/members"):
        assert "Set-Cookie" not in visitor.get(path).headers


def test_it_is_locked_to_the_site_in_production(alice, secure):
    answers = [secure.get("/auth/login")]
    fields = {"email": alice.email, "password": PASSWORD}
    answers.append(secure.submit("/auth/login", fields))
    answers.append(secure.submit("/members", action="/auth/logout"))
    headers = [header for answer in answers for header in answer.headers.getlist("Set-Cookie")]
    names = [header.partition("=")[0] for header in headers]
    assert sorted(names) == ["__Host-device"] + ["__Host-session"] * 3
    for header in headers:
        flags = attributes(header)
        assert {"secure", "httponly"} <= set(flags)
        assert flags["samesite"] == "SameSite=Lax"
        assert flags["path"] == "Path=/"
        assert "domain" not in flags
    assert [answer.status_code for answer in answers] == [200, 303, 303]


def test_it_is_closed_to_scripts_in_development_as_well(app, visitor):
    [header] = visitor.get("/auth/login").headers.getlist("Set-Cookie")
    assert header.startswith("session=")
    assert {"httponly", "samesite"} <= set(attributes(header))


def test_one_of_another_environment_is_worth_nothing(app, alice, sign_in, production):
    cookies = sign_in(alice).cookies()
    browser = SecureBrowser(production.test_client())
    for name, value in cookies:
        browser.client.set_cookie(f"__Host-{name}", value, domain="example.org", secure=True)
    assert browser.get("/members").status_code == 303


def test_it_holds_the_token_and_nothing_about_the_user(app, alice, visitor):
    visitor.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    cookie = dict(visitor.cookies())["session"]
    held = app.session_interface.get_signing_serializer(app).loads(cookie)
    assert set(held) == {"_user_id", "_permanent"}
    assert str(alice.id) != held["_user_id"]
    assert len(held["_user_id"]) == 43


def test_it_is_signed_with_sha_256(alice, sign_in):
    [value] = [value for name, value in sign_in(alice).cookies() if name == "session"]
    signature = value.rpartition(".")[2]
    assert len(urlsafe_b64decode(signature + "==")) == 32
