"""Somebody who has lost phone and codes, and asks an administrator."""

import pytest

from carafe.audit import AuditEvent
from carafe.auth.models import Passkey, RecoveryCode, Totp
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import add
from carafe.testing.clock import later
from carafe.testing.two_factor import is_logged_in, set_up


@pytest.fixture
def path(alice, sign_in, clock):
    """Where Alice's factors, an app and a passkey, are removed."""
    browser = sign_in(alice)
    set_up(browser)
    add(browser)
    return f"/admin/users/{alice.id}/second-factors/delete"


@pytest.fixture
def count(app):
    def rows():
        with app.app_context():
            return [
                db.session.scalar(db.select(db.func.count()).select_from(model))
                for model in (Totp, Passkey, RecoveryCode)
            ]

    return rows


def test_it_lets_the_password_in_again(path, alice, carol, sign_in, challenge, count, mailbox):
    challenged = challenge(alice)
    answer = sign_in(carol).submit(f"/admin/users/{alice.id}", action=path)
    assert answer.location == f"/admin/users/{alice.id}"
    assert count() == [0, 0, 0]
    assert is_logged_in(sign_in(alice))
    assert mailbox.to(alice.email)[-1]["Subject"] == "Your second factors were removed"
    assert challenged.get("/auth/second-factor").location == "/auth/login"


def test_it_is_audited(app, path, alice, carol, sign_in):
    sign_in(carol).submit(f"/admin/users/{alice.id}", action=path)
    with app.app_context():
        event = db.session.scalar(db.select(AuditEvent).filter_by(action="two_factor.disabled"))
        assert (event.subject, event.actor) == (alice.subject, carol.email)


def test_it_asks_for_a_proof_first(app, path, alice, carol, sign_in, count):
    browser = sign_in(carol)
    later(app, minutes=11)
    answer = browser.submit(f"/admin/users/{alice.id}", action=path)
    assert answer.location.startswith("/auth/reauthenticate")
    assert count() == [1, 1, 10]
    answer = browser.submit(answer.location, {"password": PASSWORD})
    assert browser.submit(answer.location, action=path).status_code == 303
    assert count() == [0, 0, 0]


def test_it_is_refused_to_others(path, bob, sign_in, count):
    browser = sign_in(bob)
    assert browser.post(path, {"csrf_token": browser.token()}).status_code == 403
    assert count() == [1, 1, 10]


def test_it_is_refused_for_oneself(carol, sign_in, clock, count):
    browser = sign_in(carol)
    set_up(browser)
    path = f"/admin/users/{carol.id}/second-factors/delete"
    assert browser.post(path, {"csrf_token": browser.token()}).status_code == 403
    assert count() == [1, 0, 10]


def test_it_is_offered_where_there_is_one(path, alice, bob, carol, sign_in):
    browser = sign_in(carol)
    assert path in browser.get(f"/admin/users/{alice.id}").text
    assert "Remove second factors" not in browser.get(f"/admin/users/{bob.id}").text


def test_it_is_nothing_for_nobody(carol, sign_in):
    browser = sign_in(carol)
    answer = browser.post("/admin/users/999/second-factors/delete", {"csrf_token": browser.token()})
    assert answer.status_code == 404


def test_it_works_from_the_command_line(app, path, alice, count, sign_in):
    result = app.test_cli_runner().invoke(args=["user", "remove-second-factors", alice.email])
    assert result.output == "alice@example.com has no second factor any more.\n"
    assert count() == [0, 0, 0]
    assert is_logged_in(sign_in(alice))
