"""The pages of the authenticator app and the recovery codes."""

import re

import pytest

from app.auth.models import User
from carafe.database import db
from carafe.testing.authenticator import register
from carafe.testing.clock import later
from carafe.testing.two_factor import (
    NEW,
    PAGE,
    AuthenticatorApp,
    enroll,
    recovery_codes,
    start_setup,
)
from carafe.time import now

RENEW = f"{PAGE}/recovery-codes"


@pytest.fixture
def desk(alice, sign_in, clock):
    """Return Alice's browser."""
    return sign_in(alice)


def test_it_shows_a_qr_code_and_the_key_to_type(desk):
    totp = start_setup(desk)
    page = desk.get(NEW).text
    assert re.search(r'role="img" aria-label="[^"]+"><svg', page)
    assert "style=" not in page
    [typed] = re.findall(r'<code class="key">([A-Z2-7 ]+)</code>', page)
    assert typed.replace(" ", "") == totp.secret
    assert max(map(len, typed.split())) == 4


@pytest.mark.parametrize(
    ("code", "reason"), [("000000", "Enter the one your app"), ("", "Enter your code.")]
)
def test_it_refuses_a_wrong_code_and_keeps_the_key(code, reason, desk):
    totp = start_setup(desk)
    answer = desk.submit(NEW, {"code": code})
    assert answer.status_code == 422
    assert reason in answer.text
    assert AuthenticatorApp.scan(answer.text).secret == totp.secret


def test_it_shows_recovery_codes_once(desk):
    totp = start_setup(desk)
    answer = desk.submit(NEW, {"code": totp.code()})
    assert "Authenticator app added" in answer.text
    codes = recovery_codes(answer.text)
    assert len(codes) == 10
    link = re.search(r'download="recovery-codes.txt" href="(data:text/plain[^"]+)"', answer.text)
    assert link
    assert all(code in link[1] for code in codes)
    page = desk.get(PAGE).text
    assert "10 of 10 left" in page
    assert not [code for code in codes if code in page]


def test_it_moves_to_another_phone(app, alice, desk, clock):
    enroll(app, alice)
    assert "Set up on another phone" in desk.get(PAGE).text
    clock.step += 10
    totp = start_setup(desk)
    assert desk.submit(NEW, {"code": totp.code()}).location == PAGE
    page = desk.get(PAGE).text
    assert "Authenticator app added. Your other devices have been logged out." in page


def test_it_starts_again_without_a_setup(desk):
    assert desk.get(NEW).location == PAGE
    assert "Setup timed out." in desk.get(PAGE).text


def test_it_is_removed(app, alice, desk):
    enroll(app, alice)
    assert desk.submit(PAGE, action=f"{PAGE}/totp/delete").location == PAGE
    page = desk.get(PAGE).text
    assert "Authenticator app removed" in page
    assert "Set up" in page
    assert "of 10 are left" not in page


def test_it_removes_none_that_is_not_there(desk):
    answer = desk.post(f"{PAGE}/totp/delete", {"csrf_token": desk.token()})
    assert answer.status_code == 404


def test_recovery_codes_are_renewed(app, alice, desk):
    _, codes = enroll(app, alice)
    answer = desk.submit(PAGE, action=RENEW)
    assert answer.status_code == 200
    assert len(set(recovery_codes(answer.text)) - set(codes)) == 10
    # Reloading that page's URL redirects back.
    assert desk.get(RENEW).location == PAGE


def test_recovery_codes_need_a_factor(desk):
    assert desk.post(RENEW, {"csrf_token": desk.token()}).location == PAGE


def test_every_change_needs_a_recent_proof(app, alice, desk):
    enroll(app, alice)
    later(app, minutes=11)
    for action in ("totp", "totp/delete", "recovery-codes"):
        answer = desk.submit(PAGE, action=f"{PAGE}/{action}")
        assert answer.location.startswith("/auth/reauthenticate"), action
    assert desk.get(NEW).location.startswith("/auth/reauthenticate")


def test_it_is_for_confirmed_addresses(erin, sign_in):
    assert sign_in(erin).submit(PAGE, action=f"{PAGE}/totp").location == "/auth/confirm"


def test_the_last_one_stays_where_the_role_requires_it(app, carol, sign_in, clock, monkeypatch):
    monkeypatch.setitem(app.config, "REQUIRE_SECOND_FACTOR", True)
    browser = sign_in(carol)
    assert "Two-factor authentication is required" in browser.get(PAGE).text
    enroll(app, carol)
    page = browser.get(PAGE).text
    assert "Set one up to go on" not in page
    assert f"{PAGE}/totp/delete" not in page
    answer = browser.post(f"{PAGE}/totp/delete", {"csrf_token": browser.token()})
    assert answer.status_code == 409
    assert "Add another method before removing this one." in answer.text
    register(app, carol)
    assert browser.submit(PAGE, action=f"{PAGE}/totp/delete").location == PAGE


def test_the_last_one_stays_while_it_is_required_of_the_user(app, alice, sign_in):
    enroll(app, alice)
    with app.app_context():
        db.session.get_one(User, alice.id).second_factor_required_at = now()
        db.session.commit()
    browser = sign_in(alice)
    page = browser.get(PAGE).text
    assert "It's required for your account, so you can't remove your last method." in page
    assert f"{PAGE}/totp/delete" not in page
    answer = browser.post(f"{PAGE}/totp/delete", {"csrf_token": browser.token()})
    assert answer.status_code == 409
    assert "Add another method before removing this one." in answer.text
