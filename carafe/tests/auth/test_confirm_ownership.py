"""Whose account it is once the address is confirmed: that of who reads the email."""

import pytest
from sqlalchemy import select

from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.registration import NEW_PASSWORD
from carafe.tests.site.models import User
from carafe.tests.site.settings import HOME

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


@pytest.fixture
def stored(app):
    """Reads the account of the address."""

    def find():
        with app.app_context():
            return db.session.scalar(select(User).where(User.email == EMAIL))

    return find


@pytest.fixture
def stranger(browser, register, log_in):
    """A browser in which a stranger registered the address, with a name, and logged in."""
    register(browser(), email=EMAIL, password=STRANGERS, name="Stranger")
    return log_in(STRANGERS)


def is_in(browser):
    return browser.get("/members").status_code == 200


def test_a_click_in_another_browser_confirms_nothing(stranger, visitor, mailbox, stored):
    path = mailbox.link(EMAIL)
    assert visitor.post(path, {"csrf_token": visitor.token()}).status_code == 422
    assert visitor.submit(path, {"password": "short"}).status_code == 422
    assert stored().confirmed_at is None
    assert is_in(stranger)


def test_another_browser_sets_a_password_and_removes_all_from_before(
    stranger, visitor, log_in, mailbox, stored
):
    before, path = stored(), mailbox.link(EMAIL)
    answer = visitor.submit(path, {"password": OWN, "name": "Owner"})
    assert (answer.status_code, answer.location) == (303, HOME)
    assert not is_in(stranger)
    assert log_in(STRANGERS) is None
    assert log_in(OWN)
    user = stored()
    assert user.confirmed_at
    assert (user.name, user.id == before.id) == ("Owner", False)
    assert visitor.get(path).status_code == 404


def test_it_keeps_no_name_that_a_stranger_chose(stranger, visitor, mailbox, stored):
    visitor.submit(mailbox.link(EMAIL), {"password": OWN})
    assert stored().name == ""


def test_the_new_password_is_as_good_as_any(stranger, visitor, mailbox):
    for password in ("password1", EMAIL, ""):
        assert visitor.submit(mailbox.link(EMAIL), {"password": password}).status_code == 422


def test_it_is_no_button_for_who_is_logged_in_as_somebody_else(
    alice, stranger, sign_in, mailbox, stored
):
    browser = sign_in(alice)
    form = browser.fill(mailbox.link(EMAIL))
    assert "password" in form.fields
    assert browser.send(form).status_code == 422
    assert stored().confirmed_at is None


def test_it_is_a_button_in_the_browser_that_registered(visitor, register, log_in, mailbox, stored):
    register(visitor, email=EMAIL, password=OWN, name="Owner")
    form = visitor.fill(mailbox.link(EMAIL))
    assert "password" not in form.fields
    assert visitor.send(form).status_code == 303
    assert stored().confirmed_at
    assert stored().name == "Owner"
    assert log_in(OWN)


def test_it_logs_in_the_browser_that_registered(visitor, register, mailbox):
    register(visitor, email=EMAIL, password=OWN)
    assert not is_in(visitor)
    assert visitor.submit(mailbox.link(EMAIL)).location == HOME
    assert is_in(visitor)


def test_a_stolen_link_logs_nobody_in_elsewhere(visitor, browser, register, mailbox):
    """The thief may have opened the form, and so have the cookie, or registered another address."""
    register(visitor, email=EMAIL, password=OWN)
    path = mailbox.link(EMAIL)
    thieves = [browser(), browser(), browser()]
    thieves[1].get("/auth/register")
    register(thieves[2], email="thief@example.com")
    for thief in thieves:
        assert "password" in thief.fill(path).fields
        assert thief.submit(path).status_code == 422
        assert not is_in(thief)
    assert thieves[0].submit(path, {"password": STRANGERS}).status_code == 303
    assert not is_in(thieves[0])
    assert visitor.get(path).status_code == 404
    assert not is_in(visitor)


def test_the_cookie_logs_in_nobody_without_the_link(visitor, browser, register, mailbox):
    register(visitor, email=EMAIL, password=OWN)
    register(visitor, email="other@example.com", password=OWN)
    assert visitor.submit(mailbox.link("other@example.com")).status_code == 303
    assert EMAIL not in visitor.get("/members").text
    assert "password" in visitor.fill(mailbox.link(EMAIL)).fields


def test_it_is_a_button_for_who_is_logged_in_with_the_account(
    browser, register, log_in, mailbox, stored
):
    register(browser(), email=EMAIL, password=OWN, name="Owner")
    session = log_in(OWN)
    assert session.submit(mailbox.link(EMAIL)).status_code == 303
    assert session.get("/things/new").status_code == 200
    assert stored().name == "Owner"


def test_it_leads_who_knows_the_password_to_log_in_and_back(browser, register, mailbox, stored):
    register(browser(), email=EMAIL, password=OWN, name="Owner")
    path, other = mailbox.link(EMAIL), browser()
    login = f"/auth/login?next={path}"
    assert other.submit(login, {"email": EMAIL, "password": OWN}).location == path
    assert other.submit(path).status_code == 303
    assert stored().name == "Owner"


def test_the_owner_who_registers_after_a_stranger_gets_their_own_password(
    stranger, visitor, register, log_in, mailbox
):
    register(visitor, email=EMAIL, password=OWN)
    assert visitor.submit(mailbox.link(EMAIL)).status_code == 303
    assert not is_in(stranger)
    assert log_in(STRANGERS) is None
    assert log_in(OWN)


def test_a_stranger_who_registers_after_the_owner_gains_nothing(
    visitor, browser, register, log_in, mailbox
):
    register(visitor, email=EMAIL, password=OWN)
    register(browser(), email=EMAIL, password=STRANGERS)
    newest = mailbox.link(EMAIL)
    assert "password" in visitor.fill(newest).fields
    session = log_in(OWN)
    assert session.submit(newest).status_code == 303
    assert log_in(STRANGERS) is None
    assert log_in(OWN)


def test_to_have_the_mail_sent_again_is_not_to_have_registered(
    stranger, visitor, log_in, mailbox, stored
):
    visitor.submit("/auth/confirm", {"email": EMAIL})
    path = mailbox.link(EMAIL)
    assert visitor.submit(path).status_code == 422
    assert stored().confirmed_at is None
    assert visitor.submit(path, {"password": OWN}).status_code == 303
    assert not is_in(stranger)
    assert log_in(OWN)


def test_it_stays_a_button_where_the_mail_is_sent_again(
    stranger, visitor, register, log_in, mailbox
):
    register(visitor, email=EMAIL, password=OWN)
    visitor.submit("/auth/confirm", {"email": EMAIL})
    assert visitor.submit(mailbox.link(EMAIL)).status_code == 303
    assert log_in(OWN)


def test_nothing_changes_before_the_owner_confirms(browser, register, log_in):
    register(browser(), email=EMAIL, password=STRANGERS)
    session = log_in(STRANGERS)
    register(browser(), email=EMAIL, password=OWN)
    assert is_in(session)
    assert log_in(OWN) is None


def test_a_password_set_since_is_not_undone(erin, sign_in, browser, mailbox):
    register = {"email": erin.email, "password": STRANGERS}
    browser().submit("/auth/register", register)
    link, new = mailbox.link(erin.email), "a third and newest one"
    changed = {"current_password": PASSWORD, "password": new}
    assert sign_in(erin).submit("/account/password", changed).status_code == 303
    assert browser().get(link).status_code == 404
    entered = browser().submit("/auth/login", {"email": erin.email, "password": new})
    assert entered.status_code == 303


def test_it_sets_no_password_of_a_confirmed_account(visitor, browser, register, mailbox, log_in):
    register(visitor, email=EMAIL, password=OWN)
    first = mailbox.link(EMAIL)
    register(visitor, email=EMAIL, password=OWN)
    other = browser()
    form = other.fill(mailbox.link(EMAIL))
    assert visitor.submit(first).status_code == 303
    assert other.send(form, {"password": NEW_PASSWORD}).status_code == 404
    assert log_in(OWN)
