"""The pages to set a new password. What a link does and for whom: carafe/tests/auth."""

import re

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD


def enters(browser, user, password):
    answer = browser.submit("/auth/login", {"email": user.email, "password": password})
    return answer.status_code == 303


def test_it_sets_a_new_password(alice, request_link, visitor):
    path = request_link(alice, "reset")
    assert visitor.get(path).headers["Cache-Control"] == "no-store"
    answer = visitor.submit(path, {"password": NEW_PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/auth/login")
    assert "password" in visitor.get(answer.location).text
    assert not enters(visitor, alice, PASSWORD)
    assert enters(visitor, alice, NEW_PASSWORD)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "at least 8"),
        ("password1", "too easy to guess"),
        ("my alice@EXAMPLE.com", "Don&#39;t use your email address"),
    ],
)
def test_it_keeps_the_link_when_a_password_is_refused(
    password, reason, alice, request_link, visitor
):
    path = request_link(alice, "reset")
    answer = visitor.submit(path, {"password": password})
    assert answer.status_code == 422
    assert reason in answer.text
    assert visitor.submit(path, {"password": NEW_PASSWORD}).status_code == 303


def test_it_tells_nobody_which_addresses_are_known(alice, erin, dave, browser, mailbox):
    pages = set()
    for email in (alice.email, erin.email, dave.email, "nobody@example.com"):
        opened = browser()
        answer = opened.submit("/auth/reset", {"email": email})
        page = opened.get(answer.location).text.replace(email, "")
        pages.add((answer.status_code, answer.location, re.sub(r'"[\w.-]{60,}"', "", page)))
    assert len(pages) == 1
    assert len(mailbox.to(alice.email)) == 1
    assert mailbox.to(dave.email) == []


def test_it_refuses_what_is_no_address(visitor):
    answer = visitor.submit("/auth/reset", {"email": "nobody"})
    assert answer.status_code == 422
    assert 'value="nobody"' in answer.text
