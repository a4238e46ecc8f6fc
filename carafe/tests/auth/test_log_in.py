"""Logging in."""

import re

import pytest
from argon2 import PasswordHasher

from carafe.testing.accounts import PASSWORD

pytestmark = pytest.mark.any_database


def test_it_opens_the_dashboard(alice, visitor):
    answer = visitor.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    assert answer.status_code == 303
    assert answer.location == "/dashboard"
    assert "Hello, Alice" in visitor.get("/members").text


def test_it_refuses_a_wrong_password(alice, visitor):
    form = visitor.fill("/auth/login")
    for password in ("a wrong one", PASSWORD.upper(), f"{PASSWORD} ", "x" * 256):
        answer = visitor.send(form, {"email": alice.email, "password": password})
        assert answer.status_code == 422, password
        assert "Wrong email address or password." in answer.text, password
        assert f'value="{alice.email}"' in answer.text, password
        assert password not in answer.text
    assert visitor.get("/members").location == "/auth/login?next=/members"


def test_it_says_the_same_of_an_unknown_address(alice, dave, browser):
    pages = set()
    for email in (alice.email, dave.email, "nobody@example.com"):
        fields = {"email": email, "password": "a wrong one"}
        answer = browser().submit("/auth/login", fields)
        text = re.sub(r'"[\w.-]{60,}"', "", answer.text.replace(email, ""))  # the form's token
        pages.add((answer.status_code, *sorted(answer.headers.keys()), text))
    assert len(pages) == 1


@pytest.mark.usefixtures("real_hashes")
def test_it_takes_as_much_work_for_an_unknown_address(alice, log_in, browser, monkeypatch):
    log_in(alice)  # gives her a hash of what it costs in earnest
    work: list[list[str]] = []
    verify = PasswordHasher.verify

    def counted(hasher, hash, password):
        work[-1].append(hash.rpartition("$")[0].rpartition("$")[0])  # the parameters alone
        return verify(hasher, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for email in (alice.email, "nobody@example.com"):
        work.append([])
        browser().submit("/auth/login", {"email": email, "password": "a wrong one"})
    assert work[0] == work[1] == ["$argon2id$v=19$m=19456,t=2,p=1"]


def test_it_refuses_the_suspended(dave, visitor):
    answer = visitor.submit("/auth/login", {"email": dave.email, "password": PASSWORD})
    assert answer.status_code == 422
    assert "suspended" in answer.text
    assert visitor.get("/members").status_code == 303


NONSENSE: tuple[dict[str, object], ...] = (
    {},
    {"email": "alice@example.com"},
    {"password": PASSWORD},
    {"email": "nobody", "password": PASSWORD},
    {"email": "alice@example.com\0", "password": PASSWORD},
    {"email": "alice@example.com", "password": "\0"},
    {"email": "alice@example.com", "password": "x" * 100_000},
    {"email": "%", "password": "' OR 1=1 --"},
    {"email": ["alice@example.com", "bob@example.com"], "password": ["x", PASSWORD]},
)


def test_it_answers_nonsense_with_the_form(alice, bob, visitor):
    form = visitor.fill("/auth/login")
    for fields in NONSENSE:
        answer = visitor.send(form, fields)
        assert answer.status_code == 422, fields
        assert 'action="/auth/login"' in answer.text or 'name="password"' in answer.text
    assert visitor.get("/members").status_code == 303


def test_it_sends_those_who_are_signed_in_onward(alice, sign_in):
    browser = sign_in(alice)
    assert browser.get("/auth/login").location == "/dashboard"
    assert browser.get("/auth/login?next=/account/password").location == "/account/password"


def test_it_lets_somebody_else_in_on_the_same_browser(alice, bob, sign_in):
    browser = sign_in(alice)
    fields = {"email": bob.email, "password": PASSWORD, "csrf_token": browser.token()}
    thief = sign_in(bob)
    browser.copy_cookies_to(thief)
    assert browser.post("/auth/login", fields).status_code == 303
    assert "Bob" in browser.get("/members").text
    assert thief.get("/members").status_code == 303  # the session before has ended
