"""The login page."""

import pytest

from carafe.testing.accounts import PASSWORD
from tests.site import HOME


def test_it_leads_to_the_dashboard(alice, visitor):
    answer = visitor.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, HOME)
    assert "Hello, Alice" in visitor.get("/members").text
    assert visitor.client.get_cookie("session").expires is None


def test_it_remembers_on_request(alice, log_in):
    browser = log_in(alice, remember="y")
    assert browser.client.get_cookie("session").expires is not None


def test_it_leads_to_what_was_asked_for_on_this_site(alice, browser):
    fields = {"email": alice.email, "password": PASSWORD}
    for target, location in [("/members?a=b", "/members?a=b"), ("//evil.example", HOME)]:
        answer = browser().submit(f"/auth/login?next={target}", fields)
        assert answer.location == location


def test_it_leads_on_who_is_logged_in(alice, sign_in):
    browser = sign_in(alice)
    assert browser.get("/auth/login").location == HOME
    assert browser.get("/auth/login?next=/members").location == "/members"


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com"])
def test_it_refuses_a_wrong_password(email, alice, visitor):
    page = "/auth/login?next=/members"
    answer = visitor.submit(page, {"email": email, "password": "a wrong one"})
    assert answer.status_code == 422
    assert "Wrong email address or password." in answer.text
    assert f'value="{email}"' in answer.text
    assert "a wrong one" not in answer.text
    form = visitor.form(answer, page, page)
    fields = {"email": alice.email, "password": PASSWORD}
    assert visitor.send(form, fields).location == "/members"


def test_it_refuses_the_suspended(dave, visitor):
    answer = visitor.submit("/auth/login", {"email": dave.email, "password": PASSWORD})
    assert answer.status_code == 422
    assert "suspended" in answer.text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"email": "nobody"}, "Enter your password."), ({"password": "x"}, "Enter ")],
)
def test_it_answers_an_incomplete_form_with_the_page(fields, reason, visitor):
    answer = visitor.submit("/auth/login", fields)
    assert answer.status_code == 422
    assert reason in answer.text


def test_logging_out_is_a_form_of_the_menu(alice, sign_in):
    browser = sign_in(alice)
    assert browser.get("/auth/logout").status_code == 405
    answer = browser.submit("/members", action="/auth/logout")
    assert answer.location == "/"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.get("/members").location == "/auth/login?next=/members"


def test_a_script_whose_session_is_over_gets_no_page(visitor):
    headers = {"Accept": "*/*", "Sec-Fetch-Mode": "cors"}
    assert visitor.get("/members", headers=headers).status_code == 401
