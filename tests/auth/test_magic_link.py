"""The pages to log in with an emailed link. What it does and for whom: carafe/tests/auth."""

import re

import pytest

from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.two_factor import is_logged_in
from tests.site import HOME

PAGE = "/auth/magic-link"


def test_it_logs_in(alice, request_link, visitor):
    assert f'href="{PAGE}"' in visitor.get("/auth/login").text
    path = request_link(alice, "magic-link")
    page = visitor.get(path)
    assert f"log in as <strong>{alice.email}</strong> on this device." in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert not is_logged_in(visitor)
    answer = visitor.submit(path)
    assert (answer.status_code, answer.location) == (303, HOME)
    assert 'value="Alice"' in visitor.get("/members").text


@pytest.mark.parametrize("fields", [{}, {"remember": "y"}])
def test_it_remembers_where_that_was_chosen(fields, alice, request_link, visitor):
    visitor.submit(request_link(alice, "magic-link"), fields)
    cookie = visitor.client.get_cookie("session")
    assert (cookie.expires is not None) == bool(fields)


def test_it_asks_whoever_is_logged_in_as_somebody_else(alice, bob, request_link, sign_in):
    browser, path = sign_in(bob), request_link(alice, "magic-link")
    text = f"You're logged in as {bob.email}."
    assert text in browser.get(path).text
    answer = browser.post(path, {"csrf_token": browser.token()})
    assert answer.status_code == 409
    assert text in answer.text
    assert browser.submit(path).status_code == 303
    assert 'value="Alice"' in browser.get("/members").text


def test_it_says_that_it_confirmed_the_address(erin, request_link, visitor):
    answer = visitor.submit(request_link(erin, "magic-link"))
    assert "Email address confirmed." in visitor.get(answer.location).text


def test_it_tells_nobody_which_addresses_are_known(alice, erin, dave, browser):
    pages = set()
    for email in (alice.email, erin.email, dave.email, "nobody@example.com"):
        opened = browser()
        answer = opened.submit(PAGE, {"email": email})
        page = opened.get(answer.location).text.replace(email, "")
        pages.add((answer.status_code, answer.location, re.sub(r'"[\w.-]{60,}"', "", page)))
    assert len(pages) == 1


def test_it_refuses_what_is_no_address(visitor):
    answer = visitor.submit(PAGE, {"email": "nobody"})
    assert answer.status_code == 422
    assert 'value="nobody"' in answer.text


def test_it_is_a_page_for_visitors(alice, sign_in):
    assert sign_in(alice).get(PAGE).location == HOME


def test_it_is_not_there_where_it_is_not_allowed(app, alice, request_link):
    path = request_link(alice, "magic-link")
    with another_app(app, MAGIC_LINK=False) as without:
        plain = Browser(without.test_client())
        fields = {"csrf_token": plain.token(), "email": alice.email}
        assert PAGE not in plain.get("/auth/login").text
        for address in (PAGE, path):
            assert plain.get(address).status_code == 404
            assert plain.post(address, fields).status_code == 404
