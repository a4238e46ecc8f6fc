"""Deleting the user's own account, with 14 days to change one's mind."""

import re

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later


@pytest.fixture
def leave(sign_in):
    """Asks for the deletion of one's account; the browser, logged out by it."""

    def ask(user):
        browser = sign_in(user)
        answer = browser.submit("/account/delete")
        assert (answer.status_code, answer.location) == (303, "/auth/login")
        return browser

    return ask


@pytest.fixture
def purge(app):
    def run():
        result = app.test_cli_runner().invoke(args=["user", "purge"])
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_it_logs_out_everywhere(alice, sign_in, leave, reload):
    other = sign_in(alice)
    browser = leave(alice)
    assert browser.get("/members").status_code == 303
    assert other.get("/members").status_code == 303
    assert reload(alice)


def test_it_mails_the_day(alice, leave, mailbox, reload):
    leave(alice)
    mail = mailbox.to(alice.email)[-1]
    assert mail["Subject"] == "Your account will be deleted"
    day = reload(alice).deletes_at
    assert f"{day:%b} {day.day}, {day.year}" in mail.get_body(("plain",)).get_content()
    assert mailbox.link(alice.email) == "/auth/login"


def test_it_asks_for_a_proof(app, alice, sign_in, reload):
    browser = sign_in(alice)
    later(app, minutes=11)
    answer = browser.submit("/account/delete")
    assert answer.location.startswith("/auth/reauthenticate")
    assert reload(alice).deletes_at is None
    proved = browser.submit(answer.location, {"password": PASSWORD})
    assert browser.submit(proved.location, action="/account/delete").location == "/auth/login"
    assert reload(alice).deletes_at


def test_it_is_not_done_by_a_link(alice, sign_in, reload):
    sign_in(alice).get("/account/delete")
    assert reload(alice).deletes_at is None


def test_logging_in_cancels_it(app, alice, leave, sign_in, mailbox, reload, purge):
    leave(alice)
    later(app, days=13, hours=23)
    browser = sign_in(alice)
    assert "Your account won&#39;t be deleted." in browser.get("/members").text
    assert mailbox.to(alice.email)[-1]["Subject"] == "Account deletion canceled"
    later(app, days=2)
    purge()
    assert reload(alice)


def test_a_wrong_password_does_not_cancel_it(alice, leave, can_log_in, reload):
    leave(alice)
    assert not can_log_in(alice.email, "not the password")
    assert reload(alice).deletes_at


def test_it_happens_after_14_days(app, alice, bob, leave, purge, reload, can_log_in):
    leave(alice)
    later(app, days=13, hours=23)
    purge()
    assert reload(alice)
    later(app, hours=1)
    assert "1 accounts" in purge()
    assert reload(alice) is None
    assert reload(bob)
    assert not can_log_in(alice.email)


def test_it_does_not_happen_where_nobody_asked(app, alice, purge, reload):
    later(app, days=100)
    purge()
    assert reload(alice)


def test_it_leaves_the_address_free(app, alice, leave, purge, visitor, mailbox):
    leave(alice)
    later(app, days=14)
    purge()
    visitor.submit("/auth/register", {"email": alice.email, "password": "quite another one"})
    assert mailbox.to(alice.email)[-1]["Subject"] == "Confirm your email address"


def test_it_voids_a_change_of_address(alice, sign_in, request_email_change, leave, visitor):
    path = request_email_change(sign_in(alice))
    leave(alice)
    assert visitor.get(path).status_code == 404


def test_the_command_line_shows_it(app, alice, leave):
    leave(alice)
    listed = app.test_cli_runner().invoke(args=["user", "list"]).output
    assert re.search(
        r"alice@example.com\tuser\tconfirmed, scheduled for deletion on \d{4}-\d\d-\d\d\t", listed
    )
