"""The pages to confirm an address. What a link does and for whom: carafe/tests/auth."""

import re

import pytest

from carafe.testing.registration import NEW_PASSWORD
from tests.site import HOME

EMAIL = "new@example.com"


def test_it_is_a_button_in_the_browser_that_registered(visitor, register, mailbox):
    register(visitor, name="New")
    path = mailbox.link(EMAIL)
    page = visitor.get(path)
    assert f"confirm <strong>{EMAIL}</strong> and log in" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    answer = visitor.submit(path)
    assert (answer.status_code, answer.location) == (303, HOME)
    page = visitor.get("/members").text
    assert "Email address confirmed" in page
    assert "not confirmed" not in page
    assert 'value="New"' in page


def test_it_sets_a_new_password_in_another_browser(erin, request_link, visitor):
    path = request_link(erin, "confirm")
    page = visitor.get(path).text
    assert f"set a new password for <strong>{erin.email}</strong>" in page
    assert f'href="/auth/login?next={path}"' in page
    answer = visitor.submit(path, {"password": "short"})
    assert answer.status_code == 422
    assert "at least 8 characters" in answer.text
    assert f"set a new password for <strong>{erin.email}</strong>" in answer.text
    assert visitor.submit(path, {"password": NEW_PASSWORD, "name": "Owner"}).location == HOME
    assert "Email address confirmed." in visitor.get("/auth/login").text
    visitor.submit("/auth/login", {"email": erin.email, "password": NEW_PASSWORD})
    assert 'value="Owner"' in visitor.get("/members").text


@pytest.mark.parametrize("purpose", ["confirm", "reset", "magic-link"])
def test_a_link_that_does_not_work_leads_to_a_new_one(purpose, visitor):
    answer = visitor.get(f"/auth/{purpose}/x")
    assert answer.status_code == 404
    assert "This link doesn&#39;t work" in answer.text
    assert f'href="/auth/{purpose}">Get a new link' in answer.text


def test_it_lets_the_unconfirmed_in_and_says_what_to_do(erin, sign_in):
    browser = sign_in(erin)
    assert 'href="/auth/confirm"' in browser.get("/members").text
    page = browser.get("/auth/confirm").text
    assert f"We sent a link to <strong>{erin.email}</strong>" in page
    assert f'value="{erin.email}"' in page


def test_it_sends_the_confirmed_onward(alice, sign_in):
    assert sign_in(alice).get("/auth/confirm").location == HOME


def test_it_sends_the_mail_again_and_tells_nobody_which_addresses_are_known(
    alice, erin, dave, browser, mailbox
):
    pages = set()
    for email in (alice.email, erin.email, dave.email, "nobody@example.com"):
        opened = browser()
        answer = opened.submit("/auth/confirm", {"email": email})
        page = opened.get(answer.location).text
        assert f"If {email} still needs to be confirmed" in page
        page = re.sub(r'"[\w.-]{60,}"', "", page.replace(email, ""))
        pages.add((answer.status_code, answer.location, page))
    assert len(pages) == 1
    assert len(mailbox.to(erin.email)) == 1
    assert mailbox.to(alice.email) == []


def test_it_refuses_what_is_no_address(visitor):
    answer = visitor.submit("/auth/confirm", {"email": "nobody"})
    assert answer.status_code == 422
    assert 'value="nobody"' in answer.text
