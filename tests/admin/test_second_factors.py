"""Admins require second factors of users, and remove those of users who lost them."""

import pytest

from app.auth.models import User
from carafe.database import db
from carafe.testing.authenticator import register
from carafe.testing.two_factor import PAGE, enroll, is_logged_in

SUBJECT = "Set up two-factor authentication"


@pytest.fixture
def press(carol, sign_in, page, clock):
    """Press a button on the page about Alice."""
    admin = sign_in(carol)

    def submit(noun):
        answer = admin.submit(page, action=f"{page}/{noun}")
        assert (answer.status_code, answer.location) == (303, page)

    return submit


def test_it_leads_there_at_once_and_says_why(app, alice, sign_in, press, mailbox):
    browser = sign_in(alice)
    press("second-factor-requirement")
    answer = browser.get("/members")
    assert (answer.status_code, answer.location) == (303, PAGE)
    [mail] = [mail for mail in mailbox.to(alice.email) if mail["Subject"] == SUBJECT]
    assert PAGE in mail.get_body(("plain",)).get_content()
    enroll(app, alice)
    assert browser.get("/members").status_code == 200


def test_it_is_taken_back(app, alice, press):
    enroll(app, alice)
    press("second-factor-requirement")
    press("second-factor-requirement/delete")
    with app.app_context():
        assert db.session.get_one(User, alice.id).second_factor_required_at is None


def test_it_is_audited(alice, carol, press, events):
    press("second-factor-requirement")
    press("second-factor-requirement/delete")
    for action in ("two_factor.required", "two_factor.optional"):
        assert [row[:2] for row in events(action)] == [(carol.email, alice.subject)]


def test_the_button_removes_all(app, alice, carol, sign_in, page, press, log_in, mailbox, events):
    assert "Turn off 2FA" not in sign_in(carol).get(page).text
    enroll(app, alice)
    register(app, alice)
    press("second-factors/delete")
    assert is_logged_in(log_in(alice))
    assert mailbox.to(alice.email)[-1]["Subject"] == "Two-factor authentication was turned off"
    assert [row[:2] for row in events("two_factor.disabled")] == [(carol.email, alice.subject)]
