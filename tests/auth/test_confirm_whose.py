"""Whose password an address that several signed up with is confirmed with: the mail's reader's."""

import pytest

from tests.conftest import PASSWORD

EMAIL = "victim@example.com"
STRANGERS, OWN = "password of the stranger", "password of the owner"


@pytest.fixture
def log_in(browser):
    """Log in with a password: the browser, or None."""

    def enter(password):
        opened = browser()
        answer = opened.submit("/auth/login", {"email": EMAIL, "password": password})
        return opened if answer.status_code == 303 else None

    return enter


def test_the_strangers_password_and_session_end(browser, register, log_in, mailbox):
    register(browser(), email=EMAIL, password=STRANGERS)
    stranger = log_in(STRANGERS)
    register(browser(), email=EMAIL, password=OWN)
    assert browser().submit(mailbox.link(EMAIL)).status_code == 303
    assert stranger.get("/account/profile").status_code == 303
    assert log_in(STRANGERS) is None
    assert log_in(OWN)


def test_also_with_a_mail_that_was_sent_again(browser, register, log_in, mailbox):
    register(browser(), email=EMAIL, password=STRANGERS)
    register(browser(), email=EMAIL, password=OWN)
    browser().submit("/auth/confirm", {"email": EMAIL})
    assert browser().submit(mailbox.link(EMAIL)).status_code == 303
    assert log_in(STRANGERS) is None
    assert log_in(OWN)


def test_nothing_changes_before_the_owner_confirms(browser, register, log_in):
    register(browser(), email=EMAIL, password=STRANGERS)
    session = log_in(STRANGERS)
    register(browser(), email=EMAIL, password=OWN)
    assert session.get("/account/profile").status_code == 200
    assert log_in(OWN) is None


def test_who_signed_up_alone_stays_logged_in(browser, register, log_in, mailbox):
    register(browser(), email=EMAIL, password=OWN)
    session = log_in(OWN)
    assert browser().submit(mailbox.link(EMAIL)).status_code == 303
    assert session.get("/notes/new").status_code == 200


def test_a_password_set_since_is_not_undone(erin, sign_in, browser, mailbox):
    register = {"email": erin.email, "password": STRANGERS}
    browser().submit("/auth/register", register)
    link, new = mailbox.link(erin.email), "a third and newest one"
    changed = {"current_password": PASSWORD, "password": new}
    assert sign_in(erin).submit("/account/password", changed).status_code == 303
    assert browser().get(link).status_code == 404
    entered = browser().submit("/auth/login", {"email": erin.email, "password": new})
    assert entered.status_code == 303
