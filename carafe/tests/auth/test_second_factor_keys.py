"""The secret of an app, encrypted, when SECRET_KEY changes."""

import pytest
from sqlalchemy import update

from carafe.auth import two_factor
from carafe.auth.models import Totp
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.two_factor import NEW, is_logged_in, set_up, start_setup, submit_code

NEW_KEY = {"SECRET_KEY": "a new key"}


@pytest.fixture
def rotated(app):
    """The app after a change of key; the old one is still believed."""
    with another_app(app, **NEW_KEY, SECRET_KEY_FALLBACKS=["never used", app.secret_key]) as made:
        yield made


@pytest.fixture
def bare(app):
    """The app when the old key has left the ring."""
    with another_app(app, **NEW_KEY) as made:
        yield made


def enter(app, user, code):
    browser = Browser(app.test_client())
    browser.submit("/auth/login", {"email": user.email, "password": PASSWORD})
    return browser, submit_code(browser, code)


def test_it_works_with_the_old_key_among_the_fallbacks(owner, alice, rotated):
    browser, _ = enter(rotated, alice, owner.totp.code())
    assert is_logged_in(browser)


def test_it_is_encrypted_with_the_new_key_at_its_next_use(owner, alice, rotated, bare, clock):
    enter(rotated, alice, owner.totp.code())
    clock.step += 1
    browser, _ = enter(bare, alice, owner.totp.code())
    assert is_logged_in(browser)


def test_it_is_encrypted_with_the_new_key_by_a_command(
    owner, alice, bob, sign_in, rotated, bare, clock, monkeypatch
):
    set_up(sign_in(bob))
    monkeypatch.setattr(two_factor, "CHUNK", 1)
    result = rotated.test_cli_runner().invoke(args=["user", "renew-secrets"])
    assert (result.exit_code, result.output) == (0, "2 secrets re-encrypted with SECRET_KEY.\n")
    browser, _ = enter(bare, alice, owner.totp.code())
    assert is_logged_in(browser)


def test_it_leaves_the_step_alone_when_it_is_renewed(owner, alice, rotated, challenge):
    code = owner.totp.code()
    submit_code(challenge(alice), code)
    rotated.test_cli_runner().invoke(args=["user", "renew-secrets"])
    _, answer = enter(rotated, alice, code)
    assert answer.status_code == 422


def test_it_says_so_when_no_key_opens_it(owner, alice, bare, caplog):
    browser, answer = enter(bare, alice, owner.totp.code())
    assert answer.status_code == 422
    assert "t check codes from your app right now." in answer.text
    assert "flask user renew-secrets" in caplog.text
    assert submit_code(browser, owner.codes[0]).status_code == 303
    assert is_logged_in(browser)


def test_it_says_whose_are_lost(owner, alice, bare):
    result = bare.test_cli_runner().invoke(args=["user", "renew-secrets"])
    assert result.exit_code == 1
    assert "1 can't be decrypted" in result.output
    assert alice.email in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("stored", [b"", b"nonsense", b"gAAAAA" + b"A" * 100])
def test_it_is_no_error_when_the_row_is_damaged(stored, app, owner, alice, challenge):
    with app.app_context():
        db.session.execute(update(Totp).values(secret=stored))
        db.session.commit()
    assert submit_code(challenge(alice), owner.totp.code()).status_code == 422


def test_it_can_be_set_up_anew(owner, alice, bare, clock):
    browser, _ = enter(bare, alice, owner.codes[0])
    clock.step += 1
    totp, _ = set_up(browser)
    clock.step += 1
    browser, _ = enter(bare, alice, totp.code())
    assert is_logged_in(browser)


def test_it_begins_anew_when_the_key_changes_in_between(app, alice, sign_in, clock, bare):
    browser = sign_in(alice)
    start_setup(browser)
    with browser.client.session_transaction() as session:
        waiting = session["totp set-up"]
    moved = Browser(bare.test_client())
    moved.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    with moved.client.session_transaction() as session:
        session["totp set-up"] = waiting
    assert moved.get(NEW).location == "/account/second-factors"
