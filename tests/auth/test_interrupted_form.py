"""A form interrupted by a proof of identity, on the app's pages. Its rules: carafe/tests/auth."""

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import ask_for_proof, register, sent
from carafe.testing.clock import later
from carafe.testing.http import Forms
from tests.site import HOME

PROOF = "/auth/reauthenticate"
FORM = "/members/name"
NAME = "Alice Elsewhere"


@pytest.fixture
def stale_browser(app, alice, sign_in):
    """Return a browser in which Alice proved her identity a while ago."""
    browser = sign_in(alice)
    later(app, minutes=11)
    return browser


def interrupt(browser):
    """Request another name, and return the page that asks for a proof."""
    answer = browser.submit(FORM, {"name": NAME})
    assert answer.status_code == 303
    assert answer.location.startswith(PROOF)
    return answer.location


def test_it_continues_after_the_proof(stale_browser):
    path = interrupt(stale_browser)
    page = stale_browser.get(path).text
    assert "After you confirm, your name will be changed" in page
    assert NAME in page
    answer = stale_browser.submit(path, {"password": "a wrong one"})
    assert answer.status_code == 422
    form_page = stale_browser.submit(path, {"password": PASSWORD}).location
    assert "When you continue, your name will be changed" in stale_browser.get(form_page).text
    assert stale_browser.submit(form_page, action=FORM).location == "/members"
    assert f'value="{NAME}"' in stale_browser.get("/members").text
    answer = stale_browser.get(form_page)
    assert answer.status_code == 303
    assert "submit your earlier form" in stale_browser.get("/members").text


def test_the_proof_page_names_no_form_where_none_waits(stale_browser):
    page = stale_browser.get(PROOF).text
    assert "After you confirm" not in page
    assert "For your security, enter your password to continue." in page


def test_what_a_thief_sent_does_not_continue_when_the_owner_proves_with_a_passkey(
    app, alice, sign_in, browser
):
    owner, thief, key = sign_in(alice), browser(), register(app, alice)
    later(app, minutes=11)
    owner.copy_cookies_to(thief)
    interrupt(thief)
    form, options = ask_for_proof(owner)
    answer = owner.send(sent(form, key.get(options)))
    assert (answer.status_code, answer.location) == (303, HOME)
    page = owner.get(f"{PROOF}/form").text
    assert not any("interrupted_form" in form.fields for form in Forms(page).forms)
