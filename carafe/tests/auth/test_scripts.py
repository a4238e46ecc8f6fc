"""What scripts of a page get where a browser would be led to another page: `fetch()`, and htmx."""

import pytest

from carafe.testing.clock import later

pytestmark = pytest.mark.any_database

PAGE = "/members"
SECOND_FACTORS = "/account/second-factors"
SITE = "http://localhost"
FETCH = {"Accept": "*/*", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
HTMX = {"HX-Request": "true", "HX-Current-URL": f"{SITE}/things/?q=a%20b", **FETCH}


@pytest.mark.parametrize(
    "headers",
    [
        FETCH,
        FETCH | {"Sec-Fetch-Mode": "same-origin"},
        {"Sec-Fetch-Mode": "cors"},
        {"Accept": "application/json"},
        {"Accept": "application/json, text/plain, */*"},
        {"Accept": "application/problem+json"},
        {"X-Requested-With": "XMLHttpRequest"},
        {"X-Requested-With": "XMLHttpRequest", "Accept": "*/*"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_script_whose_session_is_over_gets_401(method, headers, visitor):
    token = {"X-CSRFToken": visitor.token()}
    answer = visitor.client.open(PAGE, method=method, headers=headers | token)
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "*/*"},
        {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode": "navigate"},
        {"Accept": "*/*", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Accept": "*/*", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "empty"},
        {"Accept": "image/*,*/*", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        FETCH | {"Accept": "text/html"},
        {"X-Requested-With": "XMLHttpRequest", "Accept": "text/html, */*; q=0.01"},
        {"X-Requested-With": "com.example.browser"},
    ],
)
def test_a_browser_is_led_to_the_login_page(headers, visitor):
    answer = visitor.get(PAGE, headers=headers)
    assert (answer.status_code, answer.location) == (303, f"/auth/login?next={PAGE}")


@pytest.mark.parametrize("headers", [FETCH, {"X-Requested-With": "XMLHttpRequest"}])
def test_a_script_gets_problem_details_for_other_errors_too(headers, alice, sign_in):
    answer = sign_in(alice).get("/things/4711", headers=headers)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_a_script_gets_the_page_that_it_asks_for(alice, sign_in):
    assert sign_in(alice).get(PAGE, headers=FETCH).content_type.startswith("text/html")


def test_a_script_of_a_page_from_before_the_logout_gets_401(alice, sign_in):
    desk = sign_in(alice)
    token = desk.token()
    desk.submit(PAGE, action="/auth/logout")
    answer = desk.post(PAGE, {"name": "x"}, headers=FETCH | {"X-CSRFToken": token})
    assert answer.status_code == 401


def test_a_script_without_a_recent_proof_gets_403(app, alice, sign_in):
    desk = sign_in(alice)
    form = desk.fill(SECOND_FACTORS, f"{SECOND_FACTORS}/totp")
    later(app, minutes=11)
    answer = desk.send(form, headers=FETCH)
    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(("method", "path"), [("GET", "/things/"), ("POST", "/things/new")])
def test_htmx_leaves_for_the_login_page(method, path, visitor):
    """It would swap the page behind a redirect into a part of the one that is open."""
    headers = HTMX | {"X-CSRFToken": visitor.token()}
    answer = visitor.client.open(path, method=method, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/auth/login?next=/things/?q%3Da%2520b"
    assert answer.location is None


def test_htmx_comes_back_to_a_page_that_it_was_to_open(visitor):
    headers = HTMX | {"HX-Boosted": "true"}
    answer = visitor.get("/account/sessions", headers=headers)
    assert answer.headers["HX-Redirect"] == "/auth/login?next=/account/sessions"


@pytest.mark.parametrize(
    "url", ["http://[", "https://evil.example//evil.example", "javascript:alert(1)", "//evil", "\\"]
)
def test_htmx_comes_back_to_no_other_site(url, visitor):
    answer = visitor.get("/things/", headers=HTMX | {"HX-Current-URL": url})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/auth/login")
    assert "evil.example" not in answer.headers["HX-Redirect"]


def test_htmx_loses_no_text(alice, sign_in):
    desk = sign_in(alice)
    form = desk.fill(PAGE)
    desk.submit(PAGE, action="/auth/logout")
    answer = desk.send(form, {"name": "Alice A."}, headers=HTMX)
    assert answer.headers["HX-Redirect"].startswith("/auth/login?next=/auth/reauthenticate/form/")


def test_htmx_leaves_for_the_page_that_asks_for_a_proof(app, alice, sign_in):
    desk = sign_in(alice)
    form = desk.fill(SECOND_FACTORS, f"{SECOND_FACTORS}/totp")
    later(app, minutes=11)
    answer = desk.send(form, headers=HTMX)
    assert answer.status_code == 403
    assert answer.headers["HX-Redirect"].startswith("/auth/reauthenticate?next=")


def test_htmx_leaves_for_the_page_that_confirms_an_address(erin, sign_in):
    answer = sign_in(erin).get("/things/new", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (403, "/auth/confirm")
