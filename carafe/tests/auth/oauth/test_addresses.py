"""What an address that a provider tells is worth: never someone's account."""

import re

import pytest
from markupsafe import escape

from carafe.auth.accounts import Arrival
from carafe.auth.models import Passkey
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.providers import FRIDA, authorize, make_journey, start_journey
from carafe.testing.registration import NEW_PASSWORD
from carafe.testing.two_factor import is_logged_in
from carafe.tests.site.models import User
from carafe.tests.site.settings import HOME

pytestmark = pytest.mark.any_database


def enters(browser, email, password):
    answer = browser.submit("/auth/login", {"email": email, "password": password})
    return answer.status_code == 303


@pytest.fixture
def unverified(acme):
    acme.person["email_verified"] = False
    return acme


# A provider that is wrong, or an address that went to someone else, opens nothing.


def test_it_never_opens_the_account_that_has_the_address(acme, alice, browser, connections):
    desk = browser()
    for verified in (True, False, None, "true", "yes", 1):
        acme.person |= {"email": "Alice@Example.com", "email_verified": verified}
        make_journey(desk)
        assert not is_logged_in(desk), verified
        assert connections() == [], verified
    assert enters(browser(), alice.email, PASSWORD)


def test_it_tells_the_owner_of_the_address_how_to_go_on(acme, alice, visitor):
    acme.person["email"] = alice.email
    answer = make_journey(visitor)
    assert answer.status_code == 409
    assert escape(Arrival.ADDRESS_TAKEN.value) in answer.text


def test_it_tells_the_owner_of_a_suspended_account_the_same(acme, alice, dave, browser):
    pages = set()
    for user in (alice, dave):
        acme.person["email"] = user.email
        answer = make_journey(browser())
        pages.add((answer.status_code, answer.text.replace(user.email, "")))
    assert len(pages) == 1


def test_it_is_read_as_it_stands(acme, visitor, all_emails):
    """Providers don't paste: they checked exactly this address, or none."""
    address = "frida@example.com"
    for email in ("fri\u200bda@example.com", f"Frida <{address}>", f"mailto:{address}"):
        acme.person["email"] = email
        make_journey(visitor)
        assert address not in all_emails(), email


# An address that the provider has not checked may be anyone's.


@pytest.mark.usefixtures("unverified")
def test_an_unverified_address_is_confirmed_by_mail(visitor, browser, mailbox, all_emails):
    answer = make_journey(visitor)
    assert (answer.status_code, answer.location) == (303, "/auth/confirm")
    assert not is_logged_in(visitor)
    assert all_emails() == ["frida@example.com"]
    visitor.submit(mailbox.link("frida@example.com"))
    assert "not confirmed" not in visitor.get("/members").text
    assert make_journey(browser()).location == HOME


@pytest.mark.usefixtures("unverified")
def test_who_confirms_it_elsewhere_is_not_connected_with_who_came(
    browser, visitor, mailbox, connections
):
    attacker = browser()
    make_journey(attacker)
    make_journey(attacker)
    assert is_logged_in(attacker)
    path = mailbox.link("frida@example.com")
    assert visitor.submit(path).status_code == 422
    assert visitor.submit(path, {"password": NEW_PASSWORD}).status_code == 303
    assert not is_logged_in(attacker)
    assert connections() == []
    assert enters(visitor, "frida@example.com", NEW_PASSWORD)
    make_journey(attacker)
    assert not is_logged_in(attacker)


@pytest.mark.usefixtures("unverified")
def test_who_comes_second_does_not_confirm_the_account_of_who_came_first(
    register, browser, visitor, mailbox
):
    attacker = browser()
    register(browser(), email="frida@example.com", password=PASSWORD)
    assert enters(attacker, "frida@example.com", PASSWORD)
    make_journey(visitor)
    path = mailbox.link("frida@example.com")
    assert visitor.submit(path).status_code == 422
    assert visitor.submit(path, {"password": NEW_PASSWORD}).status_code == 303
    assert not is_logged_in(attacker)
    assert not enters(browser(), "frida@example.com", PASSWORD)


@pytest.mark.usefixtures("unverified")
def test_until_then_it_is_not_confirmed(visitor):
    make_journey(visitor)
    assert make_journey(visitor).location == HOME
    assert "not confirmed" in visitor.get("/members").text


def test_an_unverified_address_is_answered_the_same_known_or_not(
    unverified, alice, erin, dave, browser, mailbox
):
    pages = set()
    for number, email in enumerate([alice.email, erin.email, dave.email, "new@example.com"]):
        unverified.person |= {"email": email, "sub": f"acme-{number}"}
        desk = browser()
        answer = make_journey(desk)
        page = desk.get(answer.location).text.replace(email, "")
        pages.add((answer.status_code, answer.location, re.sub(r'"[\w.-]{60,}"', "", page)))
        assert not is_logged_in(desk)
    assert len(pages) == 1
    assert mailbox.to(alice.email)[-1]["Subject"] == "You already have an account"
    assert mailbox.to("new@example.com")[-1]["Subject"] == "Confirm your email address"


def test_unverified_addresses_fill_no_mailbox(unverified, alice, browser, mailbox):
    unverified.person["email"] = alice.email
    statuses = [make_journey(browser()).status_code for _ in range(6)]
    assert statuses == [303] * 6
    assert len(mailbox.to(alice.email)) == 5


def test_without_a_usable_address_there_is_no_account(acme, visitor, all_emails):
    for email in (None, "", "nobody", "a@b", 7, ["a@example.com"], "x" * 300):
        acme.person["email"] = email
        answer = make_journey(visitor)
        assert answer.status_code == 422, email
        assert escape(Arrival.NO_ADDRESS.value) in answer.text, email
    assert all_emails() == []


def test_look_alikes_are_different_addresses(acme, alice, visitor, all_emails):
    acme.person["email"] = "аlice@example.com"  # a Cyrillic letter
    assert make_journey(visitor).location == HOME
    assert all_emails() == [alice.email, "аlice@example.com"]


# Pre-hijacking: someone signs up with the victim's address, and waits for the victim to come.


def test_who_signed_up_with_my_address_does_not_share_my_account(
    register, browser, visitor, all_emails, connections
):
    email = FRIDA["email"]
    attacker = browser()
    register(browser(), email=email, password=NEW_PASSWORD)
    assert enters(attacker, email, NEW_PASSWORD)
    assert make_journey(visitor).location == HOME
    assert "not confirmed" not in visitor.get("/members").text
    assert not is_logged_in(attacker)
    assert not enters(browser(), email, NEW_PASSWORD)
    assert connections() == [(email, "acme", "acme-1")]
    assert all_emails() == [email]


def test_links_mailed_to_who_signed_up_open_nothing_any_more(register, browser, visitor, mailbox):
    register(browser(), email=FRIDA["email"])
    path = mailbox.link(FRIDA["email"])
    make_journey(visitor)
    assert browser().get(path).status_code == 404


def test_nor_does_one_who_did_so_through_another_site(rival, browser, visitor, connections):
    rival.person |= {"sub": "rival-1", "email_verified": False}
    attacker = browser()
    make_journey(attacker, "rival")
    assert make_journey(attacker, "rival").location == HOME
    assert make_journey(visitor).location == HOME
    assert not is_logged_in(attacker)
    assert make_journey(attacker, "rival").location == "/auth/confirm"
    assert not is_logged_in(attacker)
    assert connections() == [(FRIDA["email"], "acme", "acme-1")]


@pytest.mark.parametrize("confirms", [True, False], ids=["confirmed", "not confirmed"])
def test_nor_once_the_victim_sets_a_password(confirms, rival, browser, mailbox, connections):
    """Even where the victim had followed the link of the email that the attacker caused."""
    rival.person |= {"sub": "rival-1", "email_verified": False}
    attacker, victim = browser(), browser()
    make_journey(attacker, "rival")
    if confirms:
        victim.submit(mailbox.link(FRIDA["email"]), {"password": PASSWORD})
    victim.submit("/auth/reset", {"email": FRIDA["email"]})
    victim.submit(mailbox.link(FRIDA["email"]), {"password": NEW_PASSWORD})
    assert enters(victim, FRIDA["email"], NEW_PASSWORD)
    make_journey(attacker, "rival")
    assert not is_logged_in(attacker)
    assert connections() == []


def test_a_reset_leaves_no_passkey_of_who_signed_up(app, erin, browser, mailbox):
    with app.app_context():
        key = {"credential_id": b"1", "public_key": b"2", "sign_count": 0, "name": "Trojan"}
        db.session.add(Passkey(user_id=erin.id, **key))
        db.session.commit()
    owner = browser()
    owner.submit("/auth/reset", {"email": erin.email})
    owner.submit(mailbox.link(erin.email), {"password": NEW_PASSWORD})
    assert enters(owner, erin.email, NEW_PASSWORD)
    with app.app_context():
        assert db.session.scalars(db.select(Passkey)).all() == []


def test_a_reset_keeps_what_was_connected_by_the_owner(frida, browser, mailbox, connections):
    desk = browser()
    desk.submit("/auth/reset", {"email": frida.email})
    desk.submit(mailbox.link(frida.email), {"password": NEW_PASSWORD})
    assert connections() == [(frida.email, "acme", "acme-1")]
    assert enters(desk, frida.email, NEW_PASSWORD)


def test_an_unconfirmed_account_that_is_suspended_stays_so(app, erin, acme, visitor, connections):
    app.test_cli_runner().invoke(args=["user", "suspend", erin.email])
    acme.person["email"] = erin.email
    assert make_journey(visitor).status_code == 409
    assert connections() == []


def test_a_role_that_was_given_to_the_address_stays(app, erin, acme, visitor):
    app.test_cli_runner().invoke(args=["user", "promote", erin.email])
    acme.person["email"] = erin.email
    assert make_journey(visitor).location == HOME
    with app.app_context():
        assert db.session.scalar(db.select(User.role).where(User.email == erin.email)) == "admin"


def test_a_visitor_who_came_and_went_is_nobody(visitor, all_emails):
    authorize(start_journey(visitor))
    assert all_emails() == []
