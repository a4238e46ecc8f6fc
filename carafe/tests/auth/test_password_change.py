"""Changing the password."""

from itertools import pairwise

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later

pytestmark = pytest.mark.any_database

NEW_PASSWORD = "another one, quite as long"


def change(browser, current=PASSWORD, new=NEW_PASSWORD):
    fields = {"current_password": current, "password": new}
    return browser.submit("/account/password", fields)


def enters(browser, user, password):
    answer = browser.submit("/auth/login", {"email": user.email, "password": password})
    return answer.status_code == 303


def test_it_replaces_the_old_one(alice, sign_in, browser):
    assert change(sign_in(alice)).status_code == 303
    assert enters(browser(), alice, NEW_PASSWORD)
    assert not enters(browser(), alice, PASSWORD)


def test_it_keeps_this_session_and_ends_the_others(alice, bob, sign_in, log_in):
    desk, phone, other = sign_in(alice), log_in(alice, remember="y"), sign_in(bob)
    change(desk)
    assert desk.get("/members").status_code == 200
    assert phone.get("/members").status_code == 303
    assert other.get("/members").status_code == 200


def test_it_tells_the_owner_by_mail(alice, sign_in, mailbox):
    change(sign_in(alice))
    [mail] = mailbox.to(alice.email)
    assert mail["Subject"] == "Your password was changed"
    assert NEW_PASSWORD not in mail.as_string()


def test_it_voids_links_to_reset_it(alice, sign_in, visitor, mailbox):
    visitor.submit("/auth/reset", {"email": alice.email})
    path = mailbox.link(alice.email)
    change(sign_in(alice))
    assert visitor.get(path).status_code == 404


@pytest.mark.parametrize("current", ["", "a wrong one", PASSWORD.upper(), "x" * 257])
def test_it_asks_for_the_current_one(current, alice, sign_in, browser, mailbox):
    desk, phone = sign_in(alice), sign_in(alice)
    assert change(desk, current=current).status_code == 422
    assert phone.get("/members").status_code == 200
    assert enters(browser(), alice, PASSWORD)
    assert mailbox.to(alice.email) == []


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("", "at least 8"),
        ("short", "at least 8"),
        ("x" * 257, "256 characters"),
        ("iloveyou", "too easy to guess"),
        ("it is Alice@Example.com", "Don&#39;t use your email address"),
    ],
)
def test_it_refuses_a_bad_one_and_says_why(new, reason, alice, sign_in):
    answer = change(sign_in(alice), new=new)
    assert answer.status_code == 422
    assert reason in answer.text
    assert PASSWORD not in answer.text


def test_it_stops_those_who_guess_at_an_open_session(app, alice, sign_in, browser):
    desk = sign_in(alice)
    statuses = [change(desk, current="a wrong one").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert change(desk).status_code == 429
    later(app, minutes=15)
    assert change(desk).status_code == 303


def test_it_does_not_count_good_ones(alice, sign_in):
    browser = sign_in(alice)
    passwords = [PASSWORD, *(f"password number {n}" for n in range(12))]
    for old, new in pairwise(passwords):
        assert change(browser, old, new).status_code == 303
