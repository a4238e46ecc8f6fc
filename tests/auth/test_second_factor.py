"""The page that asks for the second factor."""

import pytest

from carafe.auth.models import Passkey
from carafe.database import db
from carafe.testing.authenticator import ask, register, sent
from carafe.testing.two_factor import is_logged_in, submit_code
from tests.site import HOME

PAGE = "/auth/second-factor"


def ask_for_passkey(browser, page=PAGE, action=f"{PAGE}/passkey"):
    return ask(browser, page, action, f"{PAGE}/passkey/options")


def test_it_lets_nobody_in_with_the_password_alone(owner, alice, challenge):
    browser = challenge(alice)
    assert not is_logged_in(browser)
    page = browser.get(PAGE).text
    assert 'autocomplete="one-time-code"' in page
    assert "Enter the 6-digit code from your app" in page
    assert "Use passkey" not in page
    assert alice.email not in page


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_it_lets_in_with_a_code(kind, owner, alice, challenge):
    code = owner.totp.code() if kind == "app" else owner.codes[0]
    answer = submit_code(challenge(alice), code)
    assert (answer.status_code, answer.location) == (303, HOME)


def test_it_leads_to_what_was_asked_for_on_this_site(owner, alice, challenge):
    browser = challenge(alice, "/auth/login?next=/members")
    page = f"{PAGE}?next=/members"
    assert browser.submit(page, {"code": owner.totp.code()}).location == "/members"
    browser = challenge(alice)
    page = f"{PAGE}?next=//evil.example"
    assert browser.submit(page, {"code": owner.codes[0]}).location == HOME


@pytest.mark.parametrize("code", ["", "000000", "0" * 41])
def test_it_refuses_a_wrong_code(code, owner, alice, challenge):
    browser = challenge(alice)
    answer = submit_code(browser, code)
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.text
    assert not is_logged_in(browser)


def test_it_asks_for_the_first_factor_first(owner, visitor):
    visitor.get("/auth/login")
    answer = visitor.get(f"{PAGE}?next=/members")
    assert (answer.status_code, answer.location) == (303, "/auth/login?next=/members")
    assert "Log in again" in visitor.get(answer.location).text
    form = {"csrf_token": visitor.token(), "code": owner.totp.code()}
    assert visitor.post(PAGE, form).location == "/auth/login"


def test_it_leads_on_who_is_logged_in(owner):
    assert owner.get(PAGE).location == HOME


def test_it_takes_a_passkey(app, alice, challenge):
    key = register(app, alice)
    browser = challenge(alice, "/auth/login?next=/members")
    assert "Use your passkey or a recovery code" in browser.get(PAGE).text
    page = f"{PAGE}?next=/members"
    form, request = ask_for_passkey(browser, page, f"{PAGE}/passkey?next=/members")
    assert browser.send(sent(form, key.get(request))).location == "/members"


def test_it_goes_on_after_a_passkey_is_refused(app, alice, challenge):
    register(app, alice)
    browser = challenge(alice)
    form, _ = ask_for_passkey(browser)
    refused = browser.send(sent(form, "nonsense"))
    assert refused.status_code == 422
    assert "That passkey didn&#39;t work." in refused.text
    code_form = browser.form(refused, PAGE)
    assert browser.send(code_form, {"code": "000000"}).status_code == 422


def test_a_passkey_needs_the_password_first(app, alice, challenge, visitor):
    key = register(app, alice)
    form, request = ask_for_passkey(challenge(alice))
    form.fields["csrf_token"] = visitor.token()
    assert visitor.send(sent(form, key.get(request))).location == "/auth/login"


def test_it_offers_no_passkey_that_is_gone(app, alice, challenge):
    register(app, alice)
    browser = challenge(alice)
    with app.app_context():
        db.session.execute(db.delete(Passkey))
        db.session.commit()
    assert "Use passkey" not in browser.get(PAGE).text
