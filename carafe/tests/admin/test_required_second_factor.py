"""A second factor that is required of one user, and the removal of all that a user has."""

import pytest

from carafe.auth import two_factor
from carafe.auth.models import RecoveryCode, Totp
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.two_factor import PAGE, enroll, is_logged_in, set_up
from carafe.tests.site.models import User

SUBJECT = "Set up two-factor authentication"


@pytest.fixture
def apply(app, clock):
    """Call a function of `two_factor` with a user as stored; return its result."""

    def call(function, user):
        with app.test_request_context("/", method="POST"):
            result = function(db.session.get_one(User, user.id))
            db.session.commit()
            return result

    return call


@pytest.fixture
def count(app):
    """Return the numbers of authenticator apps and recovery codes."""

    def read():
        with app.app_context():
            return [
                db.session.scalar(db.select(db.func.count()).select_from(model))
                for model in (Totp, RecoveryCode)
            ]

    return read


def test_it_leads_the_user_there_at_once_and_nobody_else(alice, bob, sign_in, apply):
    browser = sign_in(alice)
    assert is_logged_in(browser)
    apply(two_factor.require, alice)
    answer = browser.get("/members")
    assert (answer.status_code, answer.location) == (303, PAGE)
    set_up(browser)
    assert is_logged_in(browser)
    assert is_logged_in(sign_in(bob))


def test_the_last_one_stays_until_it_is_not_required(app, alice, sign_in, apply):
    enroll(app, alice)
    assert not apply(two_factor.is_last_required, alice)
    apply(two_factor.require, alice)
    assert is_logged_in(sign_in(alice))
    assert apply(two_factor.is_last_required, alice)
    apply(two_factor.stop_requiring, alice)
    assert not apply(two_factor.is_last_required, alice)


def test_the_user_is_notified_once(alice, apply, mailbox, events):
    for _ in range(2):
        apply(two_factor.require, alice)
    [mail] = [mail for mail in mailbox.to(alice.email) if mail["Subject"] == SUBJECT]
    assert PAGE in mail.get_body(("plain",)).get_content()
    for _ in range(2):
        apply(two_factor.stop_requiring, alice)
    for action in ("two_factor.required", "two_factor.optional"):
        assert [subject for _, subject, _ in events(action)] == [alice.subject]


def test_it_stays_when_the_account_starts_over(app, make_user, apply, visitor, mailbox):
    user = make_user("new@example.com", confirmed_at=None)
    apply(two_factor.require, user)
    visitor.submit("/auth/reset", {"email": user.email})
    visitor.submit(mailbox.link(user.email), {"password": PASSWORD})
    with app.app_context():
        reloaded = db.session.scalar(db.select(User).filter_by(email=user.email))
        assert reloaded.id != user.id
        assert reloaded.second_factor_required_at


def test_without_any_the_password_is_enough_again(
    app, alice, challenge, log_in, apply, count, mailbox, events
):
    enroll(app, alice)
    challenged = challenge(alice)
    apply(two_factor.remove_all, alice)
    assert count() == [0, 0]
    assert is_logged_in(log_in(alice))
    assert mailbox.to(alice.email)[-1]["Subject"] == "Two-factor authentication was turned off"
    assert challenged.get("/auth/second-factor").location.startswith("/auth/login")
    assert [subject for _, subject, _ in events("two_factor.disabled")] == [alice.subject]


def test_the_command_line_removes_them(app, alice, clock, log_in, count):
    enroll(app, alice)
    result = app.test_cli_runner().invoke(args=["user", "remove-second-factors", alice.email])
    assert result.output == "Two-factor authentication turned off for alice@example.com.\n"
    assert count() == [0, 0]
    assert is_logged_in(log_in(alice))
