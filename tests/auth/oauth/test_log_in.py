"""Pages on the way to a provider and back. What is accepted from one: carafe/tests/auth/oauth."""

import pytest

from carafe.auth.models import Invitation
from carafe.database import db
from carafe.testing.apps import another_app
from carafe.testing.http import Browser
from carafe.testing.providers import authorize, make_journey, start_journey
from carafe.testing.two_factor import is_logged_in
from tests.site import HOME

CANCELED = "error=access_denied"


@pytest.mark.parametrize("page", ["/auth/login", "/auth/register"])
def test_it_makes_an_account_and_logs_in(page, visitor, all_emails):
    answer = make_journey(visitor, page=page)
    assert (answer.status_code, answer.location) == (303, HOME)
    assert all_emails() == ["frida@example.com"]
    assert 'value="Frida"' in visitor.get("/members").text


def test_it_leads_on_to_what_was_asked_for(frida, visitor):
    page = visitor.get("/members").location
    assert make_journey(visitor, page=page).location == "/members"
    assert is_logged_in(visitor)


def test_the_page_that_leads_there_is_kept_nowhere(visitor):
    answer = visitor.submit("/auth/login", action="/auth/oauth/acme")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script>" not in answer.text
    assert "Continue to Acme" in answer.text


def test_it_says_that_the_provider_is_unavailable(acme, visitor):
    acme.stop()
    answer = visitor.submit("/auth/login", action="/auth/oauth/acme")
    assert answer.status_code == 503
    assert "Acme isn&#39;t responding" in answer.text
    assert answer.headers["Retry-After"]
    assert 'href="/auth/login">Try again' in answer.text


def test_it_says_that_the_response_is_invalid(visitor):
    answer = visitor.get(authorize(start_journey(visitor)) + "x")
    assert answer.status_code == 400
    assert "Try again" in answer.text
    assert not is_logged_in(visitor)


def test_it_says_that_nothing_came_of_canceling(visitor, all_emails):
    page = visitor.get("/members").location
    path = authorize(start_journey(visitor, page=page)).replace("code=", f"{CANCELED}&x=")
    answer = visitor.get(path)
    assert (answer.status_code, answer.location) == (303, page)
    assert "Login with Acme canceled" in visitor.get(answer.location).text
    assert all_emails() == []


def test_it_refuses_the_suspended(make_user, dave, connect, visitor):
    connect(dave)
    answer = make_journey(visitor)
    assert answer.location == "/auth/login"
    assert "suspended" in visitor.get(answer.location).text
    assert not is_logged_in(visitor)


def test_it_names_another_user_who_is_logged_in(acme, frida, bob, connect, visitor):
    connect(bob, "acme-2")
    first, second = [authorize(start_journey(visitor)) for _ in range(2)]
    visitor.get(first)
    acme.person["sub"] = "acme-2"
    assert visitor.get(second).location == HOME
    assert "You&#39;re logged in as frida@example.com." in visitor.get(HOME).text


def test_it_opens_no_account_that_has_the_address(acme, alice, visitor):
    acme.person["email"] = alice.email
    answer = make_journey(visitor)
    assert answer.status_code == 409
    assert "Log in the way you usually do" in answer.text
    assert not is_logged_in(visitor)


def test_it_makes_no_account_without_an_address(acme, visitor, all_emails):
    acme.person["email"] = None
    answer = make_journey(visitor)
    assert answer.status_code == 422
    assert "share an email address we can use" in answer.text
    assert all_emails() == []


def test_it_has_an_unverified_address_confirmed(acme, visitor, browser, mailbox):
    acme.person["email_verified"] = False
    answer = make_journey(visitor)
    assert (answer.status_code, answer.location) == (303, "/auth/confirm")
    assert "we sent a link to frida@example.com." in visitor.get(answer.location).text
    assert visitor.submit(mailbox.link("frida@example.com")).location == HOME
    assert visitor.get("/members").status_code == 200
    assert make_journey(browser()).location == HOME


@pytest.mark.parametrize(
    ("setting", "text"), [("invitation", "by invitation only"), ("closed", "signup is closed")]
)
def test_it_makes_no_account_where_registration_is_not_open(
    setting, text, app, monkeypatch, visitor, all_emails
):
    monkeypatch.setitem(app.config, "REGISTRATION", setting)
    answer = make_journey(visitor)
    assert answer.status_code == 403
    assert text in answer.text
    assert all_emails() == []


def test_it_makes_the_account_of_the_invited(app, monkeypatch, carol, visitor):
    monkeypatch.setitem(app.config, "REGISTRATION", "invitation")
    with app.app_context():
        Invitation.send("frida@example.com", "user", carol)
        db.session.commit()
    assert make_journey(visitor).location == HOME


def test_without_a_provider_there_is_no_button(app):
    with another_app(app) as without:
        page = Browser(without.test_client()).get("/auth/login").text
    assert "Continue with" not in page
    assert "/auth/oauth/" not in page
