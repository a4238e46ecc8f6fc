"""The page that asks for a recent proof of identity."""

import pytest
from sqlalchemy import update

from app.auth.models import User
from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import ask_for_proof, register, sent
from carafe.testing.clock import later

PAGE = "/auth/reauthenticate"


@pytest.fixture
def owner(app, owner):
    """Return Alice's browser, a while after she proved her identity."""
    later(app, minutes=11)
    return owner


@pytest.fixture
def without_password(app, alice):
    def delete():
        with app.app_context():
            db.session.execute(update(User).where(User.id == alice.id).values(password_hash=""))
            db.session.commit()

    return delete


@pytest.mark.parametrize("kind", ["password", "app", "recovery"])
def test_it_takes_the_password_and_codes(kind, owner):
    fields = {
        "password": {"password": PASSWORD},
        "app": {"code": owner.totp.code()},
        "recovery": {"code": owner.codes[0]},
    }[kind]
    answer = owner.submit(f"{PAGE}?next=/members", fields)
    assert answer.location == "/members"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"code": "000000"}, "That code isn&#39;t right."),
        ({"password": "wrong"}, "Wrong password."),
        ({"password": ""}, "Enter your password."),
    ],
)
def test_it_refuses_what_is_wrong(fields, reason, owner):
    answer = owner.submit(PAGE, fields)
    assert answer.status_code == 422
    assert reason in answer.text


def test_it_says_what_is_missing_in_the_form_of_the_code(owner):
    answer = owner.post(PAGE, {"csrf_token": owner.token(), "code": ""})
    assert answer.status_code == 422
    assert "Enter your code." in answer.text
    assert "Enter your password." not in answer.text


def test_it_takes_a_passkey_of_those_who_have_one(app, alice, bob, sign_in):
    browser = sign_in(alice)
    key = register(app, alice)
    later(app, minutes=11)
    assert "Use passkey" in browser.get(PAGE).text
    assert "Use passkey" not in sign_in(bob).get(PAGE).text
    form, request = ask_for_proof(browser)
    answer = browser.send(sent(form, key.get(request, verified=False)))
    assert answer.status_code == 422
    assert "That passkey didn&#39;t work." in answer.text
    form, request = ask_for_proof(browser, f"{PAGE}?next=/members/name")
    assert browser.send(sent(form, key.get(request))).location == "/members/name"
    assert browser.submit("/members/name", {"name": "Alice A."}).location == "/members"


def test_it_asks_for_what_the_user_has(owner, bob, sign_in, without_password):
    assert 'name="code"' not in sign_in(bob).get(PAGE).text
    without_password()
    page = owner.get(PAGE).text
    assert 'name="password"' not in page
    assert 'name="code"' in page


def test_it_says_what_to_do_who_has_nothing_to_prove_with(alice, sign_in, without_password):
    browser = sign_in(alice)
    without_password()
    page = browser.get(PAGE)
    assert "Log out and back in" in page.text
    assert browser.form(page, "/auth/logout")


def test_it_is_for_users(visitor):
    assert visitor.get(PAGE).location == f"/auth/login?next={PAGE}"
