"""Set up an authenticator app, move it to another phone, remove it."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from carafe.auth.models import RecoveryCode, Totp
from carafe.database import db
from carafe.testing.two_factor import (
    NEW,
    PAGE,
    AuthenticatorApp,
    is_logged_in,
    recovery_codes,
    set_up,
    start_setup,
    submit_code,
)


@pytest.fixture
def browser_of_alice(alice, sign_in, clock):
    return sign_in(alice)


def test_it_names_site_and_account_in_the_app(app, browser_of_alice):
    name = app.config["APP_NAME"]
    parts = urlsplit(start_setup(browser_of_alice).uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == f"/{name}:alice@example.com"
    assert parse_qs(parts.query)["issuer"] == [name]


def test_it_is_on_only_after_a_code(browser_of_alice, alice, sign_in, count):
    start_setup(browser_of_alice)
    assert count(Totp) == 0
    assert is_logged_in(sign_in(alice))


@pytest.mark.parametrize("code", ["000000", "", "12345", "é" * 6, "١٢٣٤٥٦", "x" * 500])
def test_it_refuses_a_wrong_code_and_keeps_the_key(code, browser_of_alice, count):
    totp = start_setup(browser_of_alice)
    answer = browser_of_alice.submit(NEW, {"code": code})
    assert answer.status_code == 422
    assert AuthenticatorApp.scan(answer.text).secret == totp.secret
    assert count(Totp) == 0
    assert browser_of_alice.submit(NEW, {"code": totp.code()}).status_code == 200


def test_it_explains_a_clock_that_is_wrong(browser_of_alice, count):
    totp = start_setup(browser_of_alice)
    answer = browser_of_alice.submit(NEW, {"code": totp.code(later=-6)})
    assert answer.status_code == 422
    assert "clock is 3 minutes slow" in answer.text
    assert count(Totp) == 0


def test_it_shows_the_same_key_after_a_reload_and_in_two_tabs(browser_of_alice):
    totp = start_setup(browser_of_alice)
    assert AuthenticatorApp.scan(browser_of_alice.get(NEW).text).secret == totp.secret
    assert start_setup(browser_of_alice).secret == totp.secret


def test_it_is_another_key_each_time(alice, bob, sign_in):
    assert start_setup(sign_in(alice)).secret != start_setup(sign_in(bob)).secret


def test_it_shows_the_key_to_nobody_else(browser_of_alice, bob, sign_in):
    """Someone who has a copy of the cookie, in their own session."""
    start_setup(browser_of_alice)
    mallory = sign_in(bob)
    with (
        browser_of_alice.client.session_transaction() as hers,
        mallory.client.session_transaction() as his,
    ):
        his["totp set-up"] = hers["totp set-up"]
    assert mallory.get(NEW).location == PAGE


def test_it_shows_the_key_no_more_once_it_is_in_use(browser_of_alice, browser):
    start_setup(browser_of_alice)
    thief = browser()
    browser_of_alice.copy_cookies_to(thief)
    assert thief.get(NEW).status_code == 200
    set_up(browser_of_alice)
    assert browser_of_alice.get(NEW).location == PAGE
    assert thief.get(NEW).location.startswith("/auth/login")


def test_it_does_not_begin_by_itself(browser_of_alice):
    assert browser_of_alice.get(NEW).location == PAGE
    form = {"csrf_token": browser_of_alice.token(), "code": "123456"}
    assert browser_of_alice.post(NEW, form).location == PAGE


def test_it_gives_ten_recovery_codes_once(browser_of_alice, count):
    totp = start_setup(browser_of_alice)
    form = browser_of_alice.fill(NEW)
    answer = browser_of_alice.send(form, {"code": totp.code()})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    codes = recovery_codes(answer.text)
    assert len(set(codes)) == 10
    second_answer = browser_of_alice.send(form, {"code": totp.code()})
    assert second_answer.location == PAGE
    assert count(RecoveryCode) == 10


def test_it_stores_neither_key_nor_codes_readably(app, browser_of_alice):
    totp, codes = set_up(browser_of_alice)
    with app.app_context():
        stored = db.session.execute(db.select(Totp.secret)).scalar_one()
        hashes = db.session.scalars(db.select(RecoveryCode.code_hash)).all()
        for table in db.metadata.sorted_tables:
            text = repr(db.session.execute(table.select()).all())
            for secret in (totp.secret, *codes, *(code.replace("-", "") for code in codes)):
                assert secret not in text, table.name
    assert len(stored) > 100
    assert all(code_hash.startswith(b"$argon2id$") for code_hash in hashes)


def test_it_keeps_the_key_out_of_the_cookie(browser_of_alice):
    totp = start_setup(browser_of_alice)
    with browser_of_alice.client.session_transaction() as session:
        assert totp.secret not in repr(dict(session))


def test_it_tells_the_owner(browser_of_alice, alice, mailbox, events):
    set_up(browser_of_alice)
    assert mailbox.to(alice.email)[-1]["Subject"].startswith("Authenticator app added")
    assert events("totp.added") == [(f"user:{alice.id}", alice.email, "127.0.0.1", {})]


def test_it_moves_to_another_phone(browser_of_alice, challenge, alice, clock, mailbox, count):
    old, _ = set_up(browser_of_alice)
    clock.step += 10
    new, codes = set_up(browser_of_alice)
    assert new.secret != old.secret
    assert (count(Totp), count(RecoveryCode), codes) == (1, 10, [])
    assert len(mailbox.to(alice.email)) == 2
    clock.step += 1
    browser = challenge(alice)
    assert submit_code(browser, old.code()).status_code == 422
    assert submit_code(browser, new.code()).status_code == 303


def test_it_keeps_the_old_phone_until_the_new_one_is_proved(
    browser_of_alice, challenge, alice, clock
):
    totp, _ = set_up(browser_of_alice)
    start_setup(browser_of_alice)
    clock.step += 1
    assert submit_code(challenge(alice), totp.code()).status_code == 303


def test_it_is_removed_with_its_codes(browser_of_alice, sign_in, alice, mailbox, events, count):
    set_up(browser_of_alice)
    answer = browser_of_alice.submit(PAGE, action=f"{PAGE}/totp/delete")
    assert answer.location == PAGE
    assert count(Totp) == count(RecoveryCode) == 0
    assert mailbox.to(alice.email)[-1]["Subject"] == "Authenticator app removed"
    assert events("totp.removed") == [(f"user:{alice.id}", alice.email, "127.0.0.1", {})]
    assert is_logged_in(sign_in(alice))


def test_a_change_logs_the_other_devices_out(browser_of_alice, alice, sign_in, challenge, clock):
    other = sign_in(alice)
    totp, _ = set_up(browser_of_alice)
    assert not is_logged_in(other)
    clock.step += 1
    third = challenge(alice)
    submit_code(third, totp.code())
    assert is_logged_in(third)
    browser_of_alice.submit(PAGE, action=f"{PAGE}/totp/delete")
    assert not is_logged_in(third)
    assert is_logged_in(browser_of_alice)


def test_it_removes_none_that_is_not_there(browser_of_alice):
    form = {"csrf_token": browser_of_alice.token()}
    assert browser_of_alice.post(f"{PAGE}/totp/delete", form).status_code == 404
