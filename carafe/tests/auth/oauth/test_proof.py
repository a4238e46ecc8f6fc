"""Proving with another site that it is you, for those who have nothing else here."""

import re
import time

import pytest
from markupsafe import escape
from sqlalchemy import update

from carafe.auth.accounts import Arrival
from carafe.auth.models import Passkey
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.providers import ORIGIN, authorize, make_journey, start_journey
from carafe.testing.registration import NEW_PASSWORD
from carafe.tests.site.models import User
from carafe.tests.site.settings import HOME

pytestmark = pytest.mark.any_database

PAGE = "/account/connections"

# 2001 and 2096, in seconds of Unix time: both workers of a test run must collect the same.
LONG_AGO, FAR_AHEAD = 1_000_000_000, 4_000_000_000


@pytest.fixture
def desk(app, frida, visitor):
    """Where Frida has been logged in for a while."""
    make_journey(visitor)
    later(app, minutes=11)
    return visitor


def ask(browser, page="/account/password"):
    """The page that asks for a proof, as a page that wants one leads there."""
    answer = browser.get(page)
    assert answer.status_code == 303
    assert answer.location.startswith("/auth/reauthenticate?next=")
    return answer.location


def test_it_proves_and_leads_on(desk):
    answer = make_journey(desk, page=ask(desk))
    assert (answer.status_code, answer.location) == (303, "/account/password")
    assert desk.get("/account/password").status_code == 200


def test_it_asks_the_provider_to_ask_again(acme, desk):
    authorize(start_journey(desk, page=ask(desk)))
    query = acme.called("/authorize")[-1].query
    assert (query["prompt"], query["max_age"]) == ("login", "0")


def test_a_sign_in_of_another_or_of_no_time_is_no_proof(acme, desk):
    page = ask(desk)
    times: tuple[object, ...] = None, LONG_AGO, FAR_AHEAD, True, "now", 0, -1, [], {}, ""
    for auth_time in times:
        acme.claims["auth_time"] = auth_time
        assert make_journey(desk, page=page).status_code == 400, auth_time
        assert desk.get("/account/password").status_code == 303, auth_time


@pytest.mark.parametrize("seconds", [-50, 0, 50])
def test_a_sign_in_just_now_is(seconds, acme, desk):
    acme.claims["auth_time"] = int(time.time()) + seconds
    assert make_journey(desk, page=ask(desk)).location == "/account/password"


def test_a_login_needs_no_time(acme, frida, visitor):
    acme.claims["auth_time"] = None
    assert make_journey(visitor).location == HOME


@pytest.mark.parametrize("is_connected", [True, False])
def test_another_account_there_is_no_proof(is_connected, acme, bob, connect, desk):
    acme.person["sub"] = "acme-2"
    if is_connected:
        connect(bob, "acme-2")
    page = ask(desk)
    answer = make_journey(desk, page=page)
    assert answer.location == page
    assert escape(Arrival.OTHER_ACCOUNT.value) in desk.get(page).text
    assert desk.get("/account/password").status_code == 303


def test_logging_in_elsewhere_is_no_proof(desk, browser):
    """A journey for one purpose does not serve another."""
    path = authorize(start_journey(browser(), page="/auth/login"))
    assert desk.get(path).status_code == 400
    assert desk.get("/account/password").status_code == 303


def test_it_is_not_offered_where_there_is_a_password(app, alice, connect, sign_in):
    connect(alice)
    desk = sign_in(alice)
    later(app, minutes=11)
    assert "/auth/reauthenticate/acme" not in desk.get("/auth/reauthenticate").text
    fields = {"csrf_token": desk.token()}
    assert desk.post("/auth/reauthenticate/acme", fields).status_code == 404


def test_nor_where_there_is_a_passkey(app, frida, desk):
    with app.app_context():
        key = {"credential_id": b"1", "public_key": b"2", "sign_count": 0, "name": "Phone"}
        db.session.add(Passkey(user_id=frida.id, **key))
        db.session.commit()
    assert "/auth/reauthenticate/acme" not in desk.get("/auth/reauthenticate").text


def test_nor_by_a_site_that_is_not_connected(desk):
    fields = {"csrf_token": desk.token()}
    assert desk.post("/auth/reauthenticate/rival", fields).status_code == 404


def test_a_password_set_meanwhile_is_what_counts(app, frida, desk):
    path = authorize(start_journey(desk, page=ask(desk)))
    with app.app_context():
        db.session.execute(update(User).values(password_hash="x"))
        db.session.commit()
    assert desk.get(path).status_code == 400


def test_the_form_that_was_sent_goes_on(desk, connect, frida, connections):
    connect(frida, "rival-1", "rival")
    form = next(
        desk.fill(PAGE, action)
        for action in re.findall(rf'action="({PAGE}/\d+/delete)"', desk.get(PAGE).text)
    )
    answer = desk.send(form, headers={"Referer": f"{ORIGIN}{PAGE}"})
    answer = make_journey(desk, page=answer.location)
    assert answer.location.startswith("/auth/reauthenticate/form/")
    second_form = desk.form(desk.get(answer.location), form.action)
    assert desk.send(second_form).location == PAGE
    assert connections() == [(frida.email, "rival", "rival-1")]


# The first password of someone who has none.


def test_the_first_password_is_set_without_an_old_one(frida, visitor, browser):
    make_journey(visitor)
    assert "Current password" not in visitor.get("/account/password").text
    answer = visitor.submit("/account/password", {"password": NEW_PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/members")
    assert "Current password" in visitor.get("/account/password").text
    fields = {"email": frida.email, "password": NEW_PASSWORD}
    assert browser().submit("/auth/login", fields).status_code == 303


def test_it_wants_a_proof_instead(app, frida, visitor):
    make_journey(visitor)
    form = visitor.fill("/account/password")
    later(app, minutes=11)
    answer = visitor.send(form, {"password": NEW_PASSWORD})
    assert answer.location.startswith("/auth/reauthenticate")
    answer = make_journey(visitor, page=answer.location)
    second_form = visitor.form(visitor.get(answer.location), "/account/password")
    assert visitor.send(second_form).status_code == 303
    assert "Current password" in visitor.get("/account/password").text


@pytest.mark.parametrize("password", ["", "short", "frida@example.com", "password1"])
def test_it_is_held_to_the_same_rules(password, frida, visitor):
    make_journey(visitor)
    assert visitor.submit("/account/password", {"password": password}).status_code == 422


def test_of_two_first_passwords_one_is_set(frida, visitor):
    make_journey(visitor)
    form = visitor.fill("/account/password")
    assert visitor.send(form, {"password": NEW_PASSWORD}).status_code == 303
    answer = visitor.send(form, {"password": "another again, as long"})
    assert answer.status_code == 422  # now there is one to ask for


def test_a_password_still_needs_the_old_one(alice, sign_in):
    desk = sign_in(alice)
    fields = {"password": NEW_PASSWORD, "current_password": ""}
    assert desk.submit("/account/password", fields).status_code == 422
    assert (
        desk.submit("/account/password", fields | {"current_password": PASSWORD}).status_code == 303
    )
