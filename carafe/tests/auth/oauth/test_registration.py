"""Providers where registration is not open: they let in whom an invitation lets in."""

import pytest

from carafe.auth.accounts import Arrival
from carafe.auth.models import Invitation
from carafe.database import db
from carafe.testing.providers import make_journey
from carafe.testing.two_factor import is_logged_in
from carafe.tests.site.models import User


@pytest.fixture
def by_invitation(app, monkeypatch):
    monkeypatch.setitem(app.config, "REGISTRATION", "invitation")


@pytest.fixture
def invite(app, carol):
    def send(role: str = "user") -> None:
        with app.app_context():
            Invitation.send("frida@example.com", role, db.session.get_one(User, carol.id))
            db.session.commit()

    return send


def test_a_provider_makes_no_account_without_an_invitation(by_invitation, visitor, all_emails):
    answer = make_journey(visitor)
    assert answer.status_code == 403
    assert Arrival.NOT_INVITED.value in answer.text
    assert all_emails() == []


def test_it_makes_the_account_of_the_invited_once(app, by_invitation, invite, visitor, all_emails):
    invite()
    assert make_journey(visitor).status_code == 303
    assert is_logged_in(visitor)
    assert "frida@example.com" in all_emails()
    with app.app_context():
        assert Invitation.pending("frida@example.com") is None


def test_an_invitation_with_permissions_needs_its_link(by_invitation, invite, visitor, all_emails):
    invite("staff")
    assert make_journey(visitor).status_code == 403
    assert "frida@example.com" not in all_emails()


def test_an_address_that_is_not_verified_is_not_invited(
    acme, by_invitation, invite, visitor, all_emails
):
    invite()
    acme.person["email_verified"] = False
    assert make_journey(visitor).status_code == 403
    assert "frida@example.com" not in all_emails()


def test_an_account_that_waits_for_confirmation_stays(
    by_invitation, make_user, visitor, all_emails
):
    make_user("frida@example.com", confirmed_at=None)
    assert make_journey(visitor).status_code == 403
    assert all_emails() == ["frida@example.com"]


def test_it_still_lets_in_who_has_an_account(by_invitation, frida, visitor):
    assert make_journey(visitor).status_code == 303
    assert is_logged_in(visitor)


def test_it_makes_no_account_where_registration_is_closed(
    app, monkeypatch, invite, visitor, all_emails
):
    invite()
    monkeypatch.setitem(app.config, "REGISTRATION", "closed")
    answer = make_journey(visitor)
    assert answer.status_code == 403
    assert "frida@example.com" not in all_emails()
