"""A passkey as the recent proof of identity."""

import re

import pytest

from carafe.auth.models import Passkey
from carafe.testing.authenticator import ask_for_proof, encode, register, sent
from carafe.testing.clock import later


@pytest.fixture
def browser_of_alice(alice, sign_in):
    return sign_in(alice)


@pytest.fixture
def key(alice, browser_of_alice, app):
    """Alice's passkey; she is logged in, and it is a while since she proved who she is."""
    made = register(app, alice)
    later(app, minutes=11)
    return made


def test_it_goes_on_with_the_interrupted_form(key, browser_of_alice, count):
    page = browser_of_alice.get("/account/passkeys")
    [path] = re.findall(r"/account/passkeys/\d+/delete", page.text)
    remove = browser_of_alice.form(page, path)
    refused = browser_of_alice.send(remove)
    assert refused.location.startswith("/auth/reauthenticate")
    form, options = ask_for_proof(browser_of_alice, refused.location)
    answer = browser_of_alice.send(sent(form, key.get(options)))
    assert answer.location.startswith("/auth/reauthenticate/form/")
    form = browser_of_alice.form(browser_of_alice.get(answer.location), remove.action)
    assert browser_of_alice.send(form).status_code == 303
    assert count(Passkey) == 0


def test_it_asks_for_the_passkeys_of_the_one_signed_in(key, app, browser_of_alice, bob):
    register(app, bob)
    _, request = ask_for_proof(browser_of_alice)
    assert [credential["id"] for credential in request["allowCredentials"]] == [encode(key.id)]
    assert request["userVerification"] == "required"


@pytest.mark.parametrize(
    "lie", [{"verified": False}, {"origin": "https://evil.example"}, {"user": b"999"}], ids=str
)
def test_it_refuses_a_lie(lie, key, browser_of_alice):
    form, request = ask_for_proof(browser_of_alice)
    answer = browser_of_alice.send(sent(form, key.get(request, **lie)))
    assert answer.status_code == 422
    assert "That passkey didn&#39;t work." in answer.text
    assert not is_fresh(browser_of_alice)


def test_it_needs_no_user_handle(key, browser_of_alice):
    """Security keys give none when they are told which credential to use."""
    form, request = ask_for_proof(browser_of_alice)
    key.user = None
    assert browser_of_alice.send(sent(form, key.get(request))).status_code == 303
    assert is_fresh(browser_of_alice)


def test_it_refuses_the_passkey_of_somebody_else(key, bob, app, browser_of_alice):
    """A thief of Alice's session has a passkey, too: to an account of their own."""
    his = register(app, bob)
    form, request = ask_for_proof(browser_of_alice)
    assert browser_of_alice.send(sent(form, his.get(request))).status_code == 422
    assert not is_fresh(browser_of_alice)


def test_it_refuses_a_proof_used_before(key, browser_of_alice):
    form, request = ask_for_proof(browser_of_alice)
    sent(form, key.get(request, counter=0))
    assert browser_of_alice.send(form).status_code == 303
    assert browser_of_alice.send(form).status_code == 422


def is_fresh(browser):
    return browser.get("/account/passkeys/new").status_code == 200
