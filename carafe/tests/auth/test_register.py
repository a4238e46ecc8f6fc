"""Registering."""

import re

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD
from carafe.tests.site.settings import HOME


def test_it_mails_a_link_to_confirm(visitor, register, all_emails, mailbox):
    answer = register(visitor, name="New")
    assert (answer.status_code, answer.location) == (303, "/auth/confirm")
    assert all_emails() == ["new@example.com"]
    assert mailbox.link("new@example.com").startswith("/auth/confirm/")


def test_it_neither_signs_in_nor_confirms(visitor, register, mailbox):
    register(visitor)
    assert visitor.get("/members").status_code == 303
    visitor.submit("/auth/login", {"email": "new@example.com", "password": NEW_PASSWORD})
    assert 'href="/auth/confirm"' in visitor.get("/members").text


def test_it_answers_alike_whether_the_address_is_known(alice, erin, browser, register):
    pages = set()
    for email in (alice.email, erin.email, "new@example.com"):
        opened = browser()
        answer = register(opened, email=email)
        page = opened.get(answer.location)
        text = page.text.replace(email, "")
        pages.add(
            (
                answer.status_code,
                answer.location,
                *sorted(answer.headers.keys()),
                page.status_code,
                re.sub(r'name="csrf_token" value="[^"]+"', "", text),
            )
        )
    assert len(pages) == 1


def test_it_leaves_the_same_in_the_cookie_whether_the_address_is_known(
    app, alice, erin, browser, register
):
    contents = set()
    for email in (alice.email, erin.email, "new@example.com"):
        opened = browser()
        register(opened, email=email)
        [(name, value)] = opened.cookies()
        session = app.session_interface.get_signing_serializer(app).loads(value)
        shapes = {key: str(value).replace(email, "") for key, value in session.items()}
        shapes["csrf_token"] = str(len(shapes["csrf_token"]))
        contents.add((name, *sorted(shapes.items())))
    assert len(contents) == 1


def test_it_tells_the_owner_of_a_known_address_instead(
    alice, visitor, register, all_emails, mailbox
):
    register(visitor, email=alice.email, name="Mallory")
    [mail] = mailbox.to(alice.email)
    assert mail["Subject"] == "You already have an account"
    assert mailbox.link(alice.email) == "/auth/reset"
    assert all_emails() == [alice.email]


def test_it_leaves_a_known_account_as_it_is(alice, erin, browser, register, sign_in):
    for user in (alice, erin):
        register(browser(), email=user.email, name="Mallory")
        page = sign_in(user).get("/members").text  # with the password from before
        assert user.name in page
        assert "Mallory" not in page


@pytest.mark.parametrize("typed", ["  New@Example.COM ", "NEW@EXAMPLE.COM"])
def test_it_knows_an_address_however_it_is_typed(typed, browser, register, all_emails, mailbox):
    register(browser())
    assert register(browser(), email=typed).status_code == 303
    assert all_emails() == ["new@example.com"]
    fields = {"email": typed, "password": NEW_PASSWORD}
    assert browser().submit("/auth/login", fields).status_code == 303


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "at least 8 characters"),
        ("7 chars", "at least 8 characters"),
        ("x" * 257, "256 characters"),
        ("password1", "too easy to guess"),
        ("PassWord1", "too easy to guess"),
        ("new@example.com", "Don&#39;t use your email address"),
        ("it is NEW@example.com!", "Don&#39;t use your email address"),
    ],
)
def test_it_refuses_a_bad_password_and_says_why(password, reason, visitor, register, all_emails):
    answer = register(visitor, password=password)
    assert answer.status_code == 422
    assert reason in answer.text
    assert 'value="new@example.com"' in answer.text
    assert all_emails() == []


def test_it_refuses_the_name_of_the_site_as_a_password(app, visitor, register, all_emails):
    answer = register(visitor, password=f"{app.config['APP_NAME']} 2026!")
    assert answer.status_code == 422
    assert "Don&#39;t use the name of this site" in answer.text
    assert all_emails() == []


def test_it_never_shows_the_password_again(visitor, register):
    answer = register(visitor, email="nobody", password="seventeen zebras")
    assert answer.status_code == 422
    assert "zebras" not in answer.text


@pytest.mark.parametrize("password", ["x7 çhars", "a lôt of letters, spaces and 😀 ", "y" * 256])
def test_it_accepts_any_other_password(password, visitor, register):
    assert register(visitor, password=password).status_code == 303
    fields = {"email": "new@example.com", "password": password}
    assert visitor.submit("/auth/login", fields).status_code == 303


@pytest.mark.parametrize(
    "email",
    [
        "",
        "   ",
        "nobody",
        "a@b@example.com",
        "a b@example.com",
        "a@example.com\0",
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com, b@example.com",
        "a@[127.0.0.1]",
        "a@" + "x" * 10_000 + ".example.com",
        "x" * 10_000,
    ],
)
def test_it_refuses_what_is_no_address(email, visitor, register, all_emails, mailbox):
    answer = register(visitor, email=email)
    assert answer.status_code == 422
    assert "email address" in answer.text.replace("e-mail", "email")
    assert all_emails() == []
    assert mailbox.to(email) == []


@pytest.mark.parametrize("name", ["n" * 10_000, "n" * 101, "N\0ew", "N\x1bew"])
def test_it_refuses_a_name_that_cannot_be_one(name, visitor, register, all_emails):
    answer = register(visitor, name=name)
    assert answer.status_code == 422
    assert 'value="new@example.com"' in answer.text
    assert all_emails() == []


@pytest.mark.parametrize("field", ["email", "name", "password"])
def test_it_survives_lone_surrogates_and_broken_utf_8(field, visitor):
    for raw in ("%ED%A0%80", "%FF%FE", "%00"):
        fields = {"email": "new%40example.com", "password": "a+longer+one", "name": ""}
        fields |= {"csrf_token": visitor.token()}
        fields[field] += raw
        body = "&".join(f"{name}={value}" for name, value in fields.items())
        answer = visitor.post(
            "/auth/register", body, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code in (303, 422)


def test_it_asks_for_what_is_missing(visitor, all_emails):
    answer = visitor.post("/auth/register", {"csrf_token": visitor.token()})
    assert answer.status_code == 422
    assert "Enter your email address." in answer.text
    assert all_emails() == []


def test_it_ignores_fields_it_did_not_ask_for(visitor, register, sign_in):
    register(visitor, role="admin", confirmed_at="2000-01-01", id="1")
    visitor.submit("/auth/login", {"email": "new@example.com", "password": NEW_PASSWORD})
    assert visitor.get("/admin/").status_code == 403
    assert 'href="/auth/confirm"' in visitor.get("/members").text


def test_it_works_for_somebody_else_while_signed_in(alice, sign_in, visitor, all_emails, mailbox):
    browser = sign_in(alice)
    fields = {"email": "new@example.com", "password": PASSWORD, "csrf_token": browser.token()}
    assert browser.post("/auth/register", fields).status_code == 303
    assert "new@example.com" in all_emails()
    assert visitor.get(mailbox.link("new@example.com")).status_code == 200


def test_it_sends_those_who_are_signed_in_onward(alice, sign_in):
    assert sign_in(alice).get("/auth/register").location == HOME
