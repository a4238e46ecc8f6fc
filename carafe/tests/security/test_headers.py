"""Headers on every kind of answer."""

import pytest

from carafe.security import csp
from carafe.testing.apps import SITE, another_app
from carafe.testing.http import Browser
from carafe.web.routing import public

pytestmark = pytest.mark.any_database

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def broken_app(application):
    """An app with a view that raises, and one with a script of its own."""
    with another_app(application, PROPAGATE_EXCEPTIONS=False, LOG_LEVEL="ERROR") as made:

        @made.get("/broken")
        @public
        def broken():
            raise RuntimeError("as a bug would")

        @made.get("/nonce")
        @public
        def nonce():
            return csp.nonce()

        yield made


@pytest.fixture
def broken(app, broken_app):
    return broken_app


def an_asset(browser):
    return browser.get("/").text.split('<link rel="stylesheet" href="')[1].split('"')[0]


ANSWERS = {
    "page": ("GET", "/", {}, 200),
    "form": ("GET", "/auth/login", {}, 200),
    "redirect": ("GET", "/members", {}, 303),
    "not found": ("GET", "/nowhere", {}, 404),
    "wrong method": ("GET", "/auth/logout", {}, 405),
    "options": ("OPTIONS", "/", {}, 200),
    "no token": ("POST", "/auth/login", {}, 400),
    "from elsewhere": ("POST", "/auth/login", {"Sec-Fetch-Site": "cross-site"}, 403),
    "json": ("GET", "/nowhere", JSON, 404),
    "json, signed out": ("GET", "/members", JSON, 401),
    "bug": ("GET", "/broken", {}, 500),
    "bug for programs": ("GET", "/broken", JSON, 500),
    "live": ("GET", "/livez", {}, 200),
    "ready": ("GET", "/readyz", {}, 200),
    "static": ("GET", None, {}, 200),
    "static, unchanged": ("GET", None, {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
    "static, wrong method": ("POST", None, {}, 405),
    "static, missing": ("GET", "/static/carafe/none.css", {}, 404),
    "favicon": ("GET", "/favicon.ico", {}, 200),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_they_are_on_every_answer(kind, broken):
    method, path, headers, status = ANSWERS[kind]
    browser = Browser(broken.test_client())
    answer = browser.client.open(path or an_asset(browser), method=method, headers=headers)
    assert answer.status_code == status
    for name, value in ALWAYS.items():
        assert answer.headers.getlist(name) == [value]
    assert len(answer.headers.getlist("X-Request-ID")) == 1
    assert "camera=()" in answer.headers["Permissions-Policy"]
    [policy] = answer.headers.getlist("Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "Strict-Transport-Security" not in answer.headers
    answer.close()


def test_a_bug_shows_its_request_id_and_nothing_else(broken):
    answer = Browser(broken.test_client()).get("/broken")
    assert answer.headers["X-Request-ID"] in answer.text
    assert "as a bug would" not in answer.text
    assert "Traceback" not in answer.text


def test_a_nonce_is_new_each_time_and_in_the_policy(broken):
    browser = Browser(broken.test_client())
    answers = [browser.get("/nonce") for _ in range(2)]
    for answer in answers:
        [policy] = answer.headers.getlist("Content-Security-Policy")
        assert f"script-src 'self' 'nonce-{answer.text}';" in policy
    assert answers[0].text != answers[1].text


@pytest.mark.parametrize("kind", [k for k in ANSWERS if not k.startswith("bug")])
def test_they_insist_on_https_in_production(kind, secure):
    method, path, headers, status = ANSWERS[kind]
    answer = secure.client.open(
        path or an_asset(secure), method=method, headers=headers, base_url=SITE
    )
    assert answer.status_code == status
    assert answer.headers.getlist("Strict-Transport-Security") == ["max-age=31536000"]
    answer.close()


def test_static_files_are_kept_for_ever(app, visitor):
    answer = visitor.get(an_asset(visitor))
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    answer.close()
