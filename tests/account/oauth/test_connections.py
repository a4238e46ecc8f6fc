"""The pages of connected accounts, and proofs of identity with one.

Rules: carafe/tests/auth/oauth.
"""

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.clock import later
from carafe.testing.http import Browser
from carafe.testing.providers import (
    ORIGIN,
    authorization_url,
    authorize,
    make_journey,
    start_journey,
)
from carafe.testing.registration import NEW_PASSWORD

PAGE = "/account/connections"
CONNECT = f"/auth/oauth/acme/connection?next={PAGE}"


@pytest.fixture
def frida_browser(app, frida, visitor):
    """Return a browser in which Frida logged in with the provider a while ago."""
    make_journey(visitor)
    later(app, minutes=11)
    return visitor


def proof_page(browser):
    """Return the page that asks for a proof of identity before the first password."""
    location = browser.get("/account/password").location
    assert location.startswith("/auth/reauthenticate?next=")
    return location


def test_it_connects_and_disconnects(alice, sign_in, connections):
    browser = sign_in(alice)
    answer = make_journey(browser, page=PAGE)
    assert (answer.status_code, answer.location) == (303, PAGE)
    page = browser.get(PAGE).text
    assert "Acme connected" in page
    assert "frida@example.com" in page
    assert connections() == [(alice.email, "acme", "acme-1")]
    [path] = {form for form in page.split('"') if form.endswith("/delete") and PAGE in form}
    assert browser.submit(PAGE, action=path).location == PAGE
    assert "Acme disconnected" in browser.get(PAGE).text
    assert connections() == []


def test_nobody_disconnects_the_account_of_another(alice, bob, connect, sign_in, connections):
    connect(alice)
    page = sign_in(alice).get(PAGE).text
    [path] = {form for form in page.split('"') if form.endswith("/delete") and PAGE in form}
    browser = sign_in(bob)
    assert browser.post(path, {"csrf_token": browser.token()}).status_code == 404
    assert len(connections()) == 1


@pytest.mark.parametrize(
    ("user", "subject", "text"),
    [
        ("alice", "acme-1", "This Acme account is already connected."),
        ("alice", "acme-2", "Disconnect it first."),
        ("bob", "acme-1", "is connected to a different account here."),
    ],
)
def test_it_says_why_it_connects_nothing(
    user, subject, text, request, alice, connect, sign_in, connections
):
    browser = sign_in(alice)
    url = start_journey(browser, page=PAGE)
    connect(request.getfixturevalue(user), subject)
    assert browser.get(authorize(url)).location == PAGE
    assert text in browser.get(PAGE).text
    assert len(connections()) == 1


def test_connecting_requires_a_recent_proof(app, alice, sign_in, connections):
    browser = sign_in(alice)
    later(app, minutes=11)
    answer = browser.send(browser.fill(PAGE, CONNECT), headers={"Referer": f"{ORIGIN}{PAGE}"})
    page = browser.get(answer.location).text
    assert "After you confirm, an account of this site will be connected" in page
    answer = browser.submit(answer.location, {"password": PASSWORD})
    form = browser.form(browser.get(answer.location), CONNECT)
    assert browser.get(authorize(authorization_url(browser.send(form)))).location == PAGE
    assert len(connections()) == 1


def test_an_unconfirmed_account_connects_nothing(erin, sign_in):
    assert sign_in(erin).submit(PAGE, action=CONNECT).location == "/auth/confirm"


def test_the_log_in_button_of_another_tab_connects(alice, sign_in):
    browser = sign_in(alice)
    answer = browser.post(f"/auth/oauth/acme?next={PAGE}", {"csrf_token": browser.token()})
    assert (answer.status_code, answer.location) == (307, CONNECT)


def test_without_a_provider_there_is_no_page(app, alice, sign_in):
    browser = sign_in(alice)
    with another_app(app) as without:
        other = Browser(without.test_client())
        browser.copy_cookies_to(other)
        assert other.get(PAGE).status_code == 404
        assert "Connected accounts" not in other.get("/account/profile").text
    assert "Connected accounts" in browser.get("/account/profile").text


def test_it_proves_who_sets_a_first_password(frida, frida_browser, browser):
    answer = make_journey(frida_browser, page=proof_page(frida_browser))
    assert (answer.status_code, answer.location) == (303, "/account/password")
    assert "Current password" not in frida_browser.get("/account/password").text
    assert frida_browser.submit("/account/password", {"password": "short"}).status_code == 422
    answer = frida_browser.submit("/account/password", {"password": NEW_PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/account/password")
    assert "Current password" in frida_browser.get("/account/password").text
    fields = {"email": frida.email, "password": NEW_PASSWORD}
    assert browser().submit("/auth/login", fields).status_code == 303


def test_a_first_password_requires_a_recent_proof(app, frida, visitor):
    make_journey(visitor)
    form = visitor.fill("/account/password")
    later(app, minutes=11)
    answer = visitor.send(form, {"password": NEW_PASSWORD})
    assert answer.location.startswith("/auth/reauthenticate")


def test_another_account_there_proves_nothing(acme, frida_browser):
    acme.person["sub"] = "acme-2"
    page = proof_page(frida_browser)
    assert make_journey(frida_browser, page=page).location == page
    assert "a different Acme account" in frida_browser.get(page).text
    assert frida_browser.get("/account/password").status_code == 303


def test_it_says_what_to_do_if_the_provider_does_not_ask(acme, frida_browser):
    acme.claims["auth_time"] = None
    answer = make_journey(frida_browser, page=proof_page(frida_browser))
    assert answer.status_code == 400
    assert "log out here and back in" in answer.text


def test_it_is_no_proof_of_who_has_a_password(app, alice, connect, sign_in):
    connect(alice)
    browser = sign_in(alice)
    later(app, minutes=11)
    assert "/auth/reauthenticate/acme" not in browser.get("/auth/reauthenticate").text
