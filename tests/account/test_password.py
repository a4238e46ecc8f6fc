"""The password page."""

import pytest
from sqlalchemy import update

from app.auth.models import User
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later

PAGE = "/account/password"
NEW_PASSWORD = "another one, quite as long"


def change(browser, current=PASSWORD, new=NEW_PASSWORD):
    return browser.submit(PAGE, {"current_password": current, "password": new})


@pytest.fixture
def without_password(app, alice, sign_in):
    """Return the browser of Alice, who has an account without a password."""
    with app.app_context():
        db.session.execute(update(User).where(User.id == alice.id).values(password_hash=""))
        db.session.commit()
    return sign_in(alice)


def test_it_replaces_the_old_one(alice, sign_in, can_log_in):
    desk, other = sign_in(alice), sign_in(alice)
    assert change(desk).location == PAGE
    assert "Password changed." in desk.get(PAGE).text
    assert other.get(PAGE).status_code == 303
    assert can_log_in(alice.email, NEW_PASSWORD)
    assert not can_log_in(alice.email, PASSWORD)


def test_it_asks_for_the_current_one(alice, sign_in, can_log_in):
    answer = change(sign_in(alice), current="a wrong one")
    assert answer.status_code == 422
    assert "Wrong password." in answer.text
    assert can_log_in(alice.email)


@pytest.mark.parametrize(
    ("new", "reason"), [("short", "at least 8"), ("it is Alice@Example.com", "your email address")]
)
def test_it_refuses_a_bad_one_and_says_why(new, reason, alice, sign_in):
    answer = change(sign_in(alice), new=new)
    assert answer.status_code == 422
    assert reason in answer.text
    assert PASSWORD not in answer.text


def test_it_sets_the_first_one(without_password, alice, can_log_in):
    assert 'name="current_password"' not in without_password.get(PAGE).text
    assert without_password.submit(PAGE, {"password": "short"}).status_code == 422
    assert without_password.submit(PAGE, {"password": NEW_PASSWORD}).location == PAGE
    assert "Password set." in without_password.get(PAGE).text
    assert can_log_in(alice.email, NEW_PASSWORD)


def test_the_first_one_needs_a_recent_proof(app, without_password, alice, can_log_in):
    form = without_password.fill(PAGE)
    later(app, minutes=11)
    assert without_password.get(PAGE).location.startswith("/auth/reauthenticate")
    answer = without_password.send(form, {"password": NEW_PASSWORD})
    assert answer.location.startswith("/auth/reauthenticate")
    assert not can_log_in(alice.email, NEW_PASSWORD)
