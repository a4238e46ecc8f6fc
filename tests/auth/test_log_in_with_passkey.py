"""The login page, with a passkey."""

import json

import pytest

from carafe.database import db
from carafe.testing.authenticator import ask_to_sign_in, register, sent
from carafe.testing.authenticator import sign_in as log_in_with
from tests.site import HOME


@pytest.fixture
def passkey(app, alice):
    return register(app, alice)


@pytest.mark.parametrize("remember", [{}, {"remember": "y"}])
def test_it_takes_a_passkey(remember, passkey, visitor):
    page = visitor.get("/auth/login?next=/members")
    form = visitor.form(page, "/auth/passkeys/sign-in?next=/members")
    options = visitor.post("/auth/passkeys/options", {"csrf_token": form.fields["csrf_token"]})
    request = json.loads(options.text)
    form.fields["challenge"] = request["challenge"]
    answer = visitor.send(sent(form, passkey.get(request["publicKey"])), remember)
    assert (answer.status_code, answer.location) == (303, "/members")
    assert (visitor.client.get_cookie("session").expires is not None) == bool(remember)


def test_it_goes_on_after_a_passkey_is_refused(passkey, alice, visitor):
    """The page that says so has both forms, which lead where they should."""
    form, request = ask_to_sign_in(visitor)
    form.action += "?next=/members"
    refused = visitor.send(sent(form, passkey.get(request, verified=False)))
    assert refused.status_code == 422
    assert "That passkey didn&#39;t work." in refused.text
    visitor.form(refused, "/auth/passkeys/sign-in?next=/members")
    password_form = visitor.form(refused, "/auth/login?next=/members")
    assert (
        visitor.send(password_form, {"email": alice.email, "password": "wrong"}).status_code == 422
    )


def test_it_leads_to_no_other_site_with_a_passkey(passkey, visitor):
    form, request = ask_to_sign_in(visitor)
    form.action += "?next=//evil.example"
    assert visitor.send(sent(form, passkey.get(request))).location == HOME


def test_it_refuses_the_passkeys_of_the_suspended(passkey, app, alice, visitor):
    with app.app_context():
        db.session.merge(alice).suspend()
        db.session.commit()
    answer = log_in_with(visitor, passkey)
    assert answer.status_code == 422
    assert "This account is suspended. Contact support." in answer.text


def test_it_offers_no_passkeys_where_browsers_have_none(app, visitor, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "http://example.org")
    assert "asskey" not in visitor.get("/auth/login").text
