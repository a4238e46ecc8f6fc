"""The user's time zone."""

import re
from datetime import datetime, timedelta

import pytest


@pytest.fixture
def choose(sign_in):
    def save(user, name):
        browser = sign_in(user)
        answer = browser.submit("/account/profile", {"time_zone": name})
        assert answer.status_code == 303, answer.text
        return browser

    return save


def test_times_are_shown_in_the_zone_that_was_chosen(alice, choose):
    page = choose(alice, "Asia/Kathmandu").get("/account/activity").text
    [(utc, local), *_] = re.findall(
        r'<time datetime="(.*?)" title="(.*?) \(Asia/Kathmandu\)" data-relative>just now<', page
    )
    difference = datetime.strptime(local, "%b %d, %Y, %I:%M %p") - datetime.fromisoformat(utc[:16])
    assert difference == timedelta(hours=5, minutes=45)


def test_the_form_shows_what_was_chosen(alice, choose):
    browser = choose(alice, "America/Argentina/Ushuaia")
    page = browser.get("/account/profile").text
    assert '<optgroup label="America">' in page
    assert '<option value="America/Argentina/Ushuaia" selected>Argentina: Ushuaia</option>' in page
    assert page.count(" selected>") == 1
    browser.submit("/account/profile", {"name": "Alicia"})
    assert "Ushuaia" in browser.get("/account/profile").text.split(" selected>")[1][:30]


def test_it_is_automatic_by_default(alice, sign_in):
    page = sign_in(alice).get("/account/profile").text
    assert '<option value="" selected>Automatic (from this device)</option>' in page


def test_it_refuses_what_is_no_zone(alice, sign_in):
    browser = sign_in(alice)
    fields = {"time_zone": "Europe/Atlantis", "name": "Mallory"}
    answer = browser.submit("/account/profile", fields)
    assert answer.status_code == 422
    assert "Choose a time zone from the list." in answer.text
    assert "Mallory" not in browser.get("/account/profile").text


def test_it_keeps_one_that_the_system_no_longer_has(make_user, sign_in):
    browser = sign_in(make_user("ann@example.com", time_zone="Europe/Atlantis"))
    assert browser.submit("/account/profile", {"name": "Ann"}).status_code == 303
    page = browser.get("/account/profile").text
    assert '<option value="Europe/Atlantis" selected>' in page


def test_it_leaves_the_zone_alone_where_a_form_has_none(alice, choose):
    browser = choose(alice, "Asia/Tokyo")
    browser.post("/account/profile", {"name": "Alicia", "csrf_token": browser.token()})
    assert '<option value="Asia/Tokyo" selected>' in browser.get("/account/profile").text
