"""A form that a proof of identity interrupts, on the app's pages. Its rules: carafe/tests/auth."""

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.authenticator import add, ask_for_proof, sent
from carafe.testing.clock import later
from carafe.testing.http import Forms
from tests.site import HOME

PROOF = "/auth/reauthenticate"
EMAIL = "/account/email"
NEW_EMAIL = "elsewhere@example.com"


@pytest.fixture
def stale_browser(app, alice, sign_in):
    """A browser in which Alice proved her identity a while ago."""
    browser = sign_in(alice)
    later(app, minutes=11)
    return browser


def interrupt(browser):
    """Ask for another address, and return the page that asks for a proof."""
    answer = browser.submit(EMAIL, {"email": NEW_EMAIL})
    assert answer.status_code == 303
    assert answer.location.startswith(PROOF)
    return answer.location


def test_it_continues_after_the_proof(stale_browser, mailbox):
    path = interrupt(stale_browser)
    page = stale_browser.get(path).text
    assert "After you confirm, your email address will be changed" in page
    assert NEW_EMAIL in page
    answer = stale_browser.submit(path, {"password": "a wrong one"})
    assert answer.status_code == 422
    form_page = stale_browser.submit(path, {"password": PASSWORD}).location
    assert (
        "When you continue, your email address will be changed" in stale_browser.get(form_page).text
    )
    assert stale_browser.submit(form_page, action=EMAIL).location == EMAIL
    assert len(mailbox.to(NEW_EMAIL)) == 1
    assert "A form waited for a proof" in stale_browser.get("/account/activity").text
    answer = stale_browser.get(form_page)
    assert answer.status_code == 303
    assert "submit your earlier form" in stale_browser.get(EMAIL).text


def test_the_proof_page_names_no_form_where_none_waits(stale_browser):
    page = stale_browser.get(PROOF).text
    assert "After you confirm" not in page
    assert "at most 10 minutes old" in page


def test_the_proof_page_says_whose_role_will_change(app, carol, alice, sign_in):
    admin = sign_in(carol)
    later(app, minutes=11)
    path = f"/admin/users/{alice.id}"
    page = admin.get(admin.submit(path, {"role": "admin"}).location).text
    assert "After you confirm, this user will be changed." in page
    assert f"<dd>{path}</dd>" in page
    assert "<dt>Role</dt><dd>admin</dd>" in page


def test_what_a_thief_sent_does_not_continue_when_the_owner_proves_with_a_passkey(
    app, alice, sign_in, browser
):
    owner, thief = sign_in(alice), browser()
    key = add(owner)
    later(app, minutes=11)
    owner.copy_cookies_to(thief)
    interrupt(thief)
    form, options = ask_for_proof(owner)
    answer = owner.send(sent(form, key.get(options)))
    assert (answer.status_code, answer.location) == (303, HOME)
    page = owner.get(f"{PROOF}/form").text
    assert not any("interrupted_form" in form.fields for form in Forms(page).forms)
