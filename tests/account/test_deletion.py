"""Deleting the user's own account, with 14 days to change their mind."""

import re

from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later

PAGE = "/account/delete"


def test_it_says_what_happens(alice, sign_in, reload):
    page = sign_in(alice).get(PAGE).text
    assert "14 days" in page
    assert "be logged out on all devices right away" in page
    assert reload(alice).deletes_at is None


def test_it_logs_out_and_says_until_when(alice, sign_in, reload):
    browser = sign_in(alice)
    answer = browser.submit(PAGE)
    assert (answer.status_code, answer.location) == (303, "/auth/login")
    assert re.search(r"deletion scheduled for \w+ \d+, \d{4}", browser.get("/auth/login").text)
    assert browser.get("/account/profile").status_code == 303
    assert reload(alice).deletes_at


def test_it_asks_for_a_proof(app, alice, sign_in, reload):
    browser = sign_in(alice)
    later(app, minutes=11)
    answer = browser.submit(PAGE)
    assert answer.location.startswith("/auth/reauthenticate")
    assert reload(alice).deletes_at is None
    proved = browser.submit(answer.location, {"password": PASSWORD})
    assert browser.submit(proved.location, action=PAGE).location == "/auth/login"
    assert reload(alice).deletes_at


def test_logging_in_cancels_it(alice, sign_in, log_in, reload):
    sign_in(alice).submit(PAGE)
    assert "Your account won&#39;t be deleted." in log_in(alice).get("/account/profile").text
    assert reload(alice).deletes_at is None
