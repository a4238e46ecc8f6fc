"""Deleting one's own account, with 14 days to change one's mind."""

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


def test_it_says_what_happens(alice, sign_in):
    page = sign_in(alice).get("/account/delete").text
    assert "14 days" in page
    assert "logged out at once" in page


def test_it_logs_out_everywhere_and_says_until_when(alice, sign_in, leave, stored):
    other = sign_in(alice)
    browser = leave(alice)
    assert re.search(r"will be deleted on \d\d \w+ \d{4}", browser.get("/auth/login").text)
    assert browser.get("/account/profile").status_code == 303
    assert other.get("/account/profile").status_code == 303
    assert stored(alice)


def test_it_mails_the_day(alice, leave, mailbox, stored):
    leave(alice)
    mail = mailbox.to(alice.email)[-1]
    assert mail["Subject"] == "Your account will be deleted"
    day = stored(alice).deletes_at
    assert f"{day.day:02} " in mail.get_body(("plain",)).get_content()
    assert mailbox.link(alice.email) == "/auth/login"


def test_it_asks_for_a_proof(app, alice, sign_in, stored):
    browser = sign_in(alice)
    later(app, minutes=11)
    answer = browser.submit("/account/delete")
    assert answer.location.startswith("/auth/reauthenticate")
    assert stored(alice).deletes_at is None
    proved = browser.submit(answer.location, {"password": PASSWORD})
    assert browser.submit(proved.location, action="/account/delete").location == "/auth/login"
    assert stored(alice).deletes_at


def test_it_is_not_done_by_a_link(alice, sign_in, stored):
    sign_in(alice).get("/account/delete")
    assert stored(alice).deletes_at is None


def test_logging_in_cancels_it(app, alice, leave, sign_in, mailbox, stored, purge):
    leave(alice)
    later(app, days=13, hours=23)
    browser = sign_in(alice)
    assert "Your account stays" in browser.get("/account/profile").text
    assert mailbox.to(alice.email)[-1]["Subject"] == "Your account stays"
    later(app, days=2)
    purge()
    assert stored(alice)


def test_a_wrong_password_does_not_cancel_it(alice, leave, enters, stored):
    leave(alice)
    assert not enters(alice.email, "not the password")
    assert stored(alice).deletes_at


def test_it_happens_after_14_days(app, alice, bob, leave, purge, stored, enters):
    leave(alice)
    later(app, days=13, hours=23)
    purge()
    assert stored(alice)
    later(app, hours=1)
    assert "1 accounts" in purge()
    assert stored(alice) is None
    assert stored(bob)
    assert not enters(alice.email)


def test_it_does_not_happen_where_nobody_asked(app, alice, purge, stored):
    later(app, days=100)
    purge()
    assert stored(alice)


def test_it_leaves_the_address_free(app, alice, leave, purge, visitor, mailbox):
    leave(alice)
    later(app, days=14)
    purge()
    visitor.submit("/auth/register", {"email": alice.email, "password": "quite another one"})
    assert mailbox.to(alice.email)[-1]["Subject"] == "Confirm your e-mail address"


def test_it_voids_a_change_of_address(alice, sign_in, ask, leave, visitor):
    path = ask(sign_in(alice))
    leave(alice)
    assert visitor.get(path).status_code == 404


def test_administrators_see_it(alice, carol, leave, sign_in):
    leave(alice)
    admin = sign_in(carol)
    assert "to be deleted" in admin.get(f"/admin/users/{alice.id}").text
    assert alice.email in admin.get("/admin/users/?state=leaving").text
    assert alice.email not in admin.get("/admin/users/?state=suspended").text


def test_the_command_line_shows_it(app, alice, leave):
    leave(alice)
    listed = app.test_cli_runner().invoke(args=["user", "list"]).output
    assert re.search(r"alice@example.com\tuser\tconfirmed, deleted on \d{4}-\d\d-\d\d\t", listed)
