"""The choice of a time zone in the profile."""

import pytest

from app.auth.models import User
from carafe.database import db

PAGE = "/account/profile"


@pytest.fixture
def choose(sign_in):
    def submit(user, name):
        browser = sign_in(user)
        answer = browser.submit(PAGE, {"time_zone": name})
        assert answer.status_code == 303, answer.text
        return browser

    return submit


def test_it_is_automatic_by_default(alice, sign_in):
    page = sign_in(alice).get(PAGE).text
    assert '<option value="" selected>Automatic (this device)</option>' in page


def test_the_form_shows_what_was_chosen(alice, choose):
    browser = choose(alice, "America/Argentina/Ushuaia")
    page = browser.get(PAGE).text
    assert '<optgroup label="America">' in page
    assert '<option value="America/Argentina/Ushuaia" selected>Argentina: Ushuaia</option>' in page
    assert page.count(" selected>") == 1


def test_a_zone_that_the_system_lacks_is_kept(app, alice, sign_in):
    with app.app_context():
        db.session.get_one(User, alice.id).time_zone = "Europe/Atlantis"
        db.session.commit()
    browser = sign_in(alice)
    assert browser.submit(PAGE, {"name": "Alicia"}).status_code == 303
    page = browser.get(PAGE).text
    assert '<option value="Europe/Atlantis" selected>' in page


@pytest.mark.parametrize("name", ["Europe/Atlantis", "../../etc/passwd", "\0"])
def test_it_refuses_what_is_no_zone(name, alice, sign_in):
    browser = sign_in(alice)
    answer = browser.submit(PAGE, {"time_zone": name, "name": "Mallory"})
    assert answer.status_code == 422
    assert "Choose a time zone from the list." in answer.text
    assert "Mallory" not in browser.get(PAGE).text


def test_it_stays_where_a_form_has_none(alice, choose):
    browser = choose(alice, "Asia/Tokyo")
    browser.post(PAGE, {"name": "Alicia", "csrf_token": browser.token()})
    assert '<option value="Asia/Tokyo" selected>' in browser.get(PAGE).text
