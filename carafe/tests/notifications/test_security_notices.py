"""What happens to an account is told to its owner, beside the email."""

import pytest

from carafe.auth import two_factor
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.two_factor import set_up
from carafe.tests.site.models import User

pytestmark = pytest.mark.any_database

NEW = "four green bottles"


def test_it_tells_of_a_changed_password(alice, sign_in, notification_titles, bell):
    browser = sign_in(alice)
    fields = {"current_password": PASSWORD, "password": NEW}
    browser.submit("/account/password", fields)
    assert notification_titles(alice) == ["Password changed"]
    assert bell(browser) == "1 unread notification"
    page = browser.get("/account/notifications/").text
    assert "Not you? Review your recent activity." in page


def test_it_tells_nothing_that_was_refused(alice, sign_in, notification_titles):
    browser = sign_in(alice)
    browser.submit("/account/password", {"current_password": "wrong", "password": NEW})
    assert notification_titles(alice) == []


def test_it_tells_of_a_new_device(alice, sign_in, browser, notification_titles):
    sign_in(alice)
    elsewhere = browser()
    fields = {"email": alice.email, "password": PASSWORD}
    agent = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}
    elsewhere.submit("/auth/login", fields, headers=agent)
    assert notification_titles(alice) == ["New device logged in"]


def test_it_tells_of_second_factors(app, alice, carol, sign_in, clock, notification_titles):
    set_up(sign_in(alice))
    with app.app_context():
        two_factor.remove_all(db.session.get_one(User, alice.id))
        db.session.commit()
    titles = notification_titles(alice)
    assert titles[0] == "Authenticator app added"
    assert titles[-1] == "Two-factor authentication turned off"
    assert notification_titles(carol) == []


def test_it_tells_of_a_password_that_was_reset(alice, visitor, mailbox, notification_titles):
    visitor.submit("/auth/reset", {"email": alice.email})
    # What a stranger can ask for is told by mail alone.
    assert notification_titles(alice) == []
    visitor.submit(mailbox.link(alice.email), {"password": NEW})
    assert notification_titles(alice) == ["Password changed"]
