"""Where logging in leads: to what one came for, on this site and nowhere else."""

from urllib.parse import quote

import pytest

from carafe.testing.accounts import PASSWORD

pytestmark = pytest.mark.any_database


def log_in(browser, user, query):
    return browser.submit(
        f"/auth/login?{query}",
        {"email": user.email, "password": PASSWORD},
    )


@pytest.mark.parametrize(
    "path", ["/account/sessions", "/members?a=b&c=%2F%2Fx", "/a%20b", "/@x", "/a//b"]
)
def test_it_leads_to_what_one_came_for(path, alice, visitor):
    assert log_in(visitor, alice, f"next={quote(path, safe='')}").location == path


OTHER_SITES = (
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/\x00/evil.example",
    "/path\nSet-Cookie: a=b",
    "/path\\..",
    "http:evil.example",
    "http:/evil.example",
    "http://evil.example",
    "https://evil.example/dashboard",
    "HTTPS://localhost/",
    "https://localhost.evil.example/",
    "https://sub.localhost/",
    "//sub.localhost/",
    "//localhost@evil.example/",
    "///localhost@evil.example/",
    "http:///evil.example",
    "https:evil.example",
    "/\\\\\\evil.example",
    "/\\localhost/..//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "mailto:a@example.com",
    "evil.example",
    "account/profile",
    "../account",
    "?next=/",
    "http://[",
    "//[",
    "",
)


def test_it_leads_nowhere_else(alice, sign_in):
    browser = sign_in(alice)
    for target in OTHER_SITES:
        answer = browser.get(f"/auth/login?next={quote(target, safe='')}")
        assert answer.location == "/dashboard", target


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "evil.example", ""])
def test_the_form_leads_nowhere_else(target, alice, visitor):
    assert log_in(visitor, alice, f"next={quote(target, safe='')}").location == "/dashboard"


def test_it_is_remembered_through_a_wrong_password(alice, visitor):
    page = "/auth/login?next=/account/sessions"
    first = visitor.submit(page, {"email": alice.email, "password": "a wrong one"})
    form = visitor.form(first, page, page)
    answer = visitor.send(form, {"email": alice.email, "password": PASSWORD})
    assert answer.location == "/account/sessions"


def test_it_comes_from_the_closed_page(alice, visitor):
    asked = visitor.get("/account/sessions?a=1&b=%C3%A4")
    assert asked.status_code == 303
    answer = visitor.submit(asked.location, {"email": alice.email, "password": PASSWORD})
    assert answer.location == "/account/sessions?a=1&b=%C3%A4"


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("http://localhost/members", "/auth/login?next=/members"),
        ("nonsense", "/auth/login"),
        ("http://localhost//evil.example", "/auth/login"),
    ],
)
def test_it_comes_from_the_form_when_the_session_is_gone(referrer, expected, visitor):
    fields = {"csrf_token": visitor.token(), "name": "x"}
    answer = visitor.post("/members", fields, headers={"Referer": referrer})
    assert (answer.status_code, answer.location) == (303, expected)
