"""How often someone may guess."""

from dataclasses import replace

import pytest

from carafe.audit import AuditEvent
from carafe.auth import two_factor
from carafe.auth.two_factor import ATTEMPTS
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.two_factor import enroll, is_logged_in, submit_code

pytestmark = pytest.mark.any_database

SUBJECT = "Too many wrong two-factor codes"


def guess(browser, times=ATTEMPTS.amount):
    for _ in range(times):
        assert submit_code(browser, "000000").status_code == 422
    return submit_code(browser, "000000")


def test_it_stops_a_guesser_and_says_for_how_long(owner, alice, challenge):
    answer = guess(challenge(alice))
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60


def test_it_stops_the_right_code_as_well(owner, alice, challenge):
    browser = challenge(alice)
    guess(browser)
    assert submit_code(browser, owner.totp.code()).status_code == 429
    assert submit_code(browser, owner.codes[0]).status_code == 429
    assert not is_logged_in(browser)


def test_it_counts_across_challenges_and_addresses(owner, alice, challenge):
    for number in range(ATTEMPTS.amount):
        browser = challenge(alice)
        address = {"REMOTE_ADDR": f"192.0.2.{number + 1}"}
        form = browser.fill("/auth/second-factor")
        answer = browser.send(form, {"code": "000000"}, environ_overrides=address)
        assert answer.status_code == 422
    assert submit_code(challenge(alice), owner.totp.code()).status_code == 429


def test_it_goes_on_in_the_same_browser_after_the_wait(app, owner, alice, challenge):
    browser = challenge(alice)
    guess(browser)
    later(app, minutes=16)
    assert submit_code(browser, owner.totp.code()).status_code == 303
    assert is_logged_in(browser)


def test_it_leaves_the_owner_in(owner, alice, challenge):
    guess(challenge(alice))
    assert is_logged_in(owner)


def test_it_warns_the_owner_once_a_day(app, owner, alice, challenge, mailbox):
    guess(challenge(alice))
    browser = challenge(alice)
    assert submit_code(browser, "000000").status_code == 429
    assert [mail["Subject"] for mail in mailbox.to(alice.email)].count(SUBJECT) == 1
    with app.app_context():
        events = db.session.scalars(db.select(AuditEvent).filter_by(action="two_factor.blocked"))
        assert [event.subject for event in events] == [alice.subject]
    later(app, hours=25)
    guess(challenge(alice))
    assert [mail["Subject"] for mail in mailbox.to(alice.email)].count(SUBJECT) == 2


def test_it_does_not_count_good_codes(owner, alice, challenge, clock, monkeypatch):
    monkeypatch.setattr(two_factor, "ATTEMPTS", replace(ATTEMPTS, amount=2))
    for _ in range(3):
        assert submit_code(challenge(alice), owner.totp.code()).status_code == 303
        clock.step += 1


def test_it_stops_one_client_with_the_passwords_of_many(
    app, alice, bob, challenge, clock, monkeypatch
):
    limit = replace(two_factor.ATTEMPTS_BY_CLIENT, amount=4)
    monkeypatch.setattr(two_factor, "ATTEMPTS_BY_CLIENT", limit)
    for user in (alice, bob):
        enroll(app, user)
    users = [alice, bob, alice, bob, alice]
    answers = [submit_code(challenge(user), "000000").status_code for user in users]
    assert answers == [422] * 4 + [429]


def test_it_counts_guesses_at_the_proof_as_well(owner, alice, challenge):
    for _ in range(ATTEMPTS.amount):
        assert owner.submit("/auth/reauthenticate", {"code": "000000"}).status_code == 422
    assert owner.submit("/auth/reauthenticate", {"code": owner.totp.code()}).status_code == 429
    assert submit_code(challenge(alice), owner.totp.code()).status_code == 429
    assert owner.submit("/auth/reauthenticate", {"password": PASSWORD}).status_code == 303
