"""A form submitted after the session ended, on the app's pages. Its rules: carafe/tests/auth."""

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.groups import require
from carafe.testing.http import Forms
from tests.site import HOME

JSON = {"Accept": "application/json"}


def log_in(browser, user, page="/auth/login"):
    answer = browser.submit(page, {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return answer.location


def test_it_continues_after_the_login(alice, sign_in):
    browser = sign_in(alice)
    form = browser.fill("/members")
    browser.submit("/members", action="/auth/logout")
    answer = browser.send(form, {"name": "Alice A."})
    assert "Log in to submit your form." in browser.get(answer.location).text
    page = browser.get(log_in(browser, alice, answer.location))
    assert "Continue where you left off" in page.text
    assert "data-submit-now" in page.text
    [interrupted] = [form for form in Forms(page.text).forms if "interrupted_form" in form.fields]
    assert browser.send(interrupted).status_code == 303
    assert 'value="Alice A."' in browser.get("/members").text


@pytest.mark.parametrize(
    "path",
    ["/auth/login?next=/members", "/auth/register", "/auth/magic-link", "/auth/reset"],
)
def test_a_page_for_visitors_leads_on_after_the_login(path, alice, visitor):
    second = visitor.fill(path)
    second.fields |= {"email": alice.email, "password": PASSWORD}
    log_in(visitor, alice)
    answer = visitor.send(second)
    assert (answer.status_code, answer.location) == (303, path)
    assert "You&#39;re already logged in." in visitor.get("/members").text


@pytest.mark.parametrize("path", ["/auth/passkeys/sign-in", "/auth/oauth/acme"])
def test_a_button_without_a_page_leads_home(path, alice, visitor):
    if "oauth" in path:
        require("oauth")
    token = visitor.token()
    log_in(visitor, alice)
    assert visitor.post(path, {"csrf_token": token}).location == HOME


def test_a_script_of_such_a_page_is_told(alice, visitor):
    token = visitor.token()
    log_in(visitor, alice)
    answer = visitor.post("/auth/passkeys/options", {"csrf_token": token}, headers=JSON)
    assert answer.status_code == 403
    assert "already" in answer.get_json()["detail"]
