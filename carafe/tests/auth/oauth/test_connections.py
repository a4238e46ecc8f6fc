"""Connecting accounts at other sites, and disconnecting them."""

import pytest
from sqlalchemy import select

from carafe.audit import AuditEvent
from carafe.auth.accounts import Arrival
from carafe.auth.models import LinkedAccount, Passkey
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.providers import (
    ORIGIN,
    authorization_url,
    authorize,
    make_journey,
    start_journey,
)
from carafe.testing.two_factor import is_logged_in
from carafe.tests.site.settings import HOME

PAGE = "/account/connections"
CONNECT = f"/auth/oauth/acme/connection?next={PAGE}"


@pytest.fixture
def events(app):
    def read(prefix):
        with app.app_context():
            rows = select(AuditEvent.action, AuditEvent.subject, AuditEvent.details)
            rows = rows.where(AuditEvent.action.startswith(prefix)).order_by(AuditEvent.id)
            return [tuple(row) for row in db.session.execute(rows)]

    return read


@pytest.fixture
def ids(app):
    """The ids of all connections."""

    def read():
        with app.app_context():
            return list(db.session.scalars(select(LinkedAccount.id).order_by(LinkedAccount.id)))

    return read


def disconnect(browser, id):
    return browser.submit(PAGE, action=f"{PAGE}/{id}/delete")


def test_it_connects(alice, sign_in, browser, connections):
    desk = sign_in(alice)
    answer = make_journey(desk, page=PAGE)
    assert (answer.status_code, answer.location) == (303, PAGE)
    page = desk.get(PAGE).text
    assert Arrival.CONNECTED.value in page
    assert "frida@example.com" in page
    assert connections() == [(alice.email, "acme", "acme-1")]
    other = browser()
    assert make_journey(other).location == HOME
    assert 'value="Alice"' in other.get("/members").text


def test_it_stays_the_same_session(alice, sign_in):
    desk, other = sign_in(alice), sign_in(alice)
    make_journey(desk, page=PAGE)
    assert is_logged_in(desk)
    assert is_logged_in(other)


def test_it_tells_the_owner_and_the_audit(alice, sign_in, mailbox, events):
    make_journey(sign_in(alice), page=PAGE)
    assert mailbox.to(alice.email)[-1]["Subject"] == "Acme connected"
    assert events("account.") == [("account.connected", f"user:{alice.id}", {"provider": "acme"})]


def test_it_wants_a_proof_of_identity_and_then_goes_on(app, alice, sign_in, connections):
    desk = sign_in(alice)
    later(app, minutes=11)
    form = desk.fill(PAGE, CONNECT)
    answer = desk.send(form, headers={"Referer": f"{ORIGIN}{PAGE}"})
    assert answer.location.startswith("/auth/reauthenticate?next=")
    answer = desk.submit(answer.location, {"password": PASSWORD})
    second_form = desk.form(desk.get(answer.location), CONNECT)
    page = desk.send(second_form)
    assert desk.get(authorize(authorization_url(page))).location == PAGE
    assert connections() == [(alice.email, "acme", "acme-1")]


def test_an_unconfirmed_account_connects_nothing(erin, sign_in):
    """Whoever signed up with another's address would leave a door of their own in the account."""
    desk = sign_in(erin)
    answer = desk.submit(PAGE, action=CONNECT)
    assert answer.location == "/auth/confirm"


def test_the_button_of_the_log_in_page_does_the_same(alice, sign_in, connections):
    desk = sign_in(alice)
    fields = {"csrf_token": desk.token()}
    answer = desk.post(f"/auth/oauth/acme?next={PAGE}", fields)
    assert (answer.status_code, answer.location) == (307, CONNECT)
    desk.get(authorize(authorization_url(desk.post(answer.location, fields))))
    assert connections() == [(alice.email, "acme", "acme-1")]


def test_an_account_elsewhere_opens_one_account_here(alice, bob, connect, sign_in, connections):
    connect(bob)
    desk = sign_in(alice)
    assert make_journey(desk, page=PAGE).location == PAGE
    assert Arrival.CONNECTED_ELSEWHERE.value in desk.get(PAGE).text
    assert connections() == [(bob.email, "acme", "acme-1")]


def test_it_connects_one_account_of_each_site(alice, connect, sign_in, connections):
    desk = sign_in(alice)
    make_journey(desk, "rival", PAGE)
    form_url = start_journey(desk, page=PAGE)
    connect(alice, "acme-2")
    assert desk.get(authorize(form_url)).location == PAGE
    assert Arrival.ANOTHER_CONNECTED.value in desk.get(PAGE).text
    assert connections() == [(alice.email, "rival", "acme-1"), (alice.email, "acme", "acme-2")]


def test_connecting_twice_changes_nothing(alice, connect, sign_in, connections, mailbox):
    desk = sign_in(alice)
    url = start_journey(desk, page=PAGE)
    connect(alice)
    assert desk.get(authorize(url)).location == PAGE
    assert Arrival.CONNECTED_BEFORE.value in desk.get(PAGE).text
    assert len(connections()) == 1


def test_it_connects_with_nobody_who_logged_in_meanwhile(alice, bob, sign_in, browser, connections):
    """Else an account would be connected with the person who sits there when the answer comes."""
    desk = sign_in(alice)
    path = authorize(start_journey(desk, page=PAGE))
    cookies = browser()
    desk.copy_cookies_to(cookies)
    desk.submit("/members", action="/auth/logout")
    answer = cookies.get(path)
    assert answer.status_code == 400
    assert connections() == []


def test_it_disconnects(alice, connect, sign_in, browser, ids, connections, mailbox, events):
    connect(alice)
    desk = sign_in(alice)
    assert disconnect(desk, ids()[0]).location == PAGE
    assert connections() == []
    assert mailbox.to(alice.email)[-1]["Subject"] == "Acme disconnected"
    gone = ("account.disconnected", f"user:{alice.id}", {"provider": "acme"})
    assert events("account.dis") == [gone]
    other = browser()
    make_journey(other)
    assert 'value="Alice"' not in other.get("/members").text


def test_disconnecting_wants_a_proof_of_identity(app, alice, connect, sign_in, ids, connections):
    connect(alice)
    desk = sign_in(alice)
    later(app, minutes=11)
    assert disconnect(desk, ids()[0]).location.startswith("/auth/reauthenticate")
    assert len(connections()) == 1


def test_nobody_disconnects_what_is_somebody_elses(alice, bob, connect, sign_in, ids, connections):
    connect(alice)
    desk = sign_in(bob)
    fields = {"csrf_token": desk.token()}
    assert desk.post(f"{PAGE}/{ids()[0]}/delete", fields).status_code == 404
    assert desk.post(f"{PAGE}/999/delete", fields).status_code == 404
    assert len(connections()) == 1


def test_the_only_way_in_stays(frida, visitor, ids, connections):
    make_journey(visitor)
    answer = disconnect(visitor, ids()[0])
    assert answer.status_code == 409
    assert "Set a password first" in answer.text
    assert len(connections()) == 1


def test_a_second_site_is_another_way_in(frida, connect, visitor, ids, connections):
    connect(frida, "rival-1", "rival")
    make_journey(visitor)
    assert disconnect(visitor, ids()[0]).status_code == 303
    assert disconnect(visitor, ids()[0]).status_code == 409
    assert connections() == [(frida.email, "rival", "rival-1")]


def test_a_site_that_is_not_offered_any_more_is_none(frida, connect, visitor, ids, connections):
    connect(frida, "gone-1", "gone")
    make_journey(visitor)
    assert "Gone" in visitor.get(PAGE).text
    first, second = ids()
    assert disconnect(visitor, first).status_code == 409
    assert disconnect(visitor, second).status_code == 303
    assert connections() == [(frida.email, "acme", "acme-1")]


def test_a_passkey_is_another_way_in(app, frida, visitor, ids, connections):
    make_journey(visitor)
    with app.app_context():
        key = {"credential_id": b"1", "public_key": b"2", "sign_count": 0, "name": "Phone"}
        db.session.add(Passkey(user_id=frida.id, **key))
        db.session.commit()
    assert disconnect(visitor, ids()[0]).status_code == 303
    assert connections() == []
