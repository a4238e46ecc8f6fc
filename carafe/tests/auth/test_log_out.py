"""Logging out."""

import pytest

from carafe.testing.accounts import PASSWORD

pytestmark = pytest.mark.any_database


def test_it_ends_the_session_and_clears_the_browser(alice, log_in, browser):
    opened, thief = log_in(alice), browser()
    opened.copy_cookies_to(thief)
    assert thief.get("/members").status_code == 200
    answer = opened.submit("/members", action="/auth/logout")
    assert (answer.status_code, answer.location) == (303, "/")
    assert opened.get("/members").status_code == 303
    # By the other one this browser is recognized: see test_strangers.py.
    assert [name for name, _ in opened.cookies()] == ["device"]
    assert thief.get("/members").status_code == 303


def test_it_leaves_other_devices_alone(alice, sign_in):
    phone, desk = sign_in(alice), sign_in(alice)
    phone.submit("/members", action="/auth/logout")
    assert desk.get("/members").status_code == 200


def test_it_does_not_happen_by_a_link(alice, sign_in):
    browser = sign_in(alice)
    assert browser.get("/auth/logout").status_code == 405
    assert browser.get("/members").status_code == 200


def test_it_does_not_happen_without_the_form(alice, sign_in):
    browser = sign_in(alice)
    assert browser.post("/auth/logout").status_code == 400
    assert browser.get("/members").status_code == 200


def test_it_does_no_harm_twice(alice, sign_in):
    browser = sign_in(alice)
    second_form = browser.fill("/members", action="/auth/logout")
    browser.send(second_form)
    answer = browser.send(second_form)
    assert answer.status_code == 400  # the form went with the session
    assert browser.submit("/auth/login", {"csrf_token": ""}).status_code == 400


def test_it_works_from_a_page_that_is_older_than_the_login(alice, visitor):
    visitor.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    stale = visitor.fill("/members", action="/auth/logout")
    visitor.submit("/members", action="/auth/logout")
    visitor.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    assert visitor.send(stale).location == "/"
    assert visitor.get("/members").status_code == 303


def test_a_page_of_someone_elses_logs_nobody_out(alice, bob, visitor):
    visitor.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    stale = visitor.fill("/members", action="/auth/logout")
    visitor.send(stale)
    visitor.submit("/auth/login", {"email": bob.email, "password": PASSWORD})
    assert visitor.send(stale).status_code == 400
    assert visitor.get("/members").status_code == 200
