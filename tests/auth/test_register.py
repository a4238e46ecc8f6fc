"""The page to sign up. Rules for addresses, passwords, and emails: carafe/tests/auth."""

import re

import pytest

from carafe.testing.registration import NEW_PASSWORD
from tests.site import HOME

EMAIL = "new@example.com"


def test_it_mails_a_link_to_confirm(visitor, register, all_emails, mailbox):
    answer = register(visitor, name="New")
    assert (answer.status_code, answer.location) == (303, "/auth/confirm")
    assert f"We sent a link to <strong>{EMAIL}</strong>" in visitor.get(answer.location).text
    assert all_emails() == [EMAIL]
    assert mailbox.link(EMAIL).startswith("/auth/confirm/")
    assert visitor.get("/members").status_code == 303
    visitor.submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    assert 'value="New"' in visitor.get("/members").text


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("email", "nobody", "Enter a valid email address"),
        ("name", "n" * 101, "Use 100 characters or fewer"),
        ("password", "", "at least 8 characters"),
        ("password", "password1", "too easy to guess"),
        ("password", "it is NEW@example.com!", "Don&#39;t use your email address"),
    ],
)
def test_it_says_what_is_wrong(field, value, reason, visitor, register, all_emails):
    answer = register(visitor, **{field: value})
    assert answer.status_code == 422
    assert reason in answer.text
    assert f'value="{value if field == "email" else EMAIL}"' in answer.text
    assert NEW_PASSWORD not in answer.text
    assert all_emails() == []


def test_it_answers_alike_whether_the_address_is_known(alice, erin, browser, register):
    pages = set()
    for email in (alice.email, erin.email, EMAIL):
        opened = browser()
        answer = register(opened, email=email)
        text = opened.get(answer.location).text.replace(email, "")
        text = re.sub(r'name="csrf_token" value="[^"]+"', "", text)
        pages.add((answer.status_code, answer.location, *sorted(answer.headers.keys()), text))
    assert len(pages) == 1


def test_it_ignores_fields_it_did_not_ask_for(visitor, register):
    register(visitor, role="admin", confirmed_at="2000-01-01", id="1")
    visitor.submit("/auth/login", {"email": EMAIL, "password": NEW_PASSWORD})
    assert visitor.get("/admin/").status_code in (403, 404)
    assert 'href="/auth/confirm"' in visitor.get("/members").text


def test_it_sends_those_who_are_logged_in_onward(alice, sign_in):
    assert sign_in(alice).get("/auth/register").location == HOME
