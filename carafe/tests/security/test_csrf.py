"""Cross-site request forgery."""

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import PRODUCTION, SecureBrowser, another_app

pytestmark = pytest.mark.any_database


def save(browser, token=None, name="Changed", **options):
    fields = {"name": name} | ({} if token is None else {"csrf_token": token})
    return browser.post("/members", fields, **options)


@pytest.fixture(scope="module")
def two_hosts(application):
    """The app in production, with two names."""
    hosts = ["example.org", "www.example.org"]
    with another_app(application, **PRODUCTION | {"TRUSTED_HOSTS": hosts}) as made:
        yield made


@pytest.fixture
def unchanged(alice, sign_in):
    yield
    assert 'value="Alice"' in sign_in(alice).get("/members").text


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("token", [None, "", "x", "x.y.z", "é", "\0", "x" * 5_000])
def test_it_wants_the_token_of_the_form(token, alice, sign_in):
    browser = sign_in(alice)
    browser.get("/members")
    answer = save(browser, token)
    assert answer.status_code == 400
    assert "reload the page" in answer.text


@pytest.mark.usefixtures("unchanged")
def test_it_wants_the_token_of_this_session(alice, bob, sign_in, visitor):
    browser, elsewhere = sign_in(alice), sign_in(alice)
    browser.get("/members")
    for other in (sign_in(bob), elsewhere, visitor):
        assert save(browser, other.token()).status_code == 400


@pytest.mark.usefixtures("unchanged")
def test_it_does_not_take_the_token_from_the_address(alice, sign_in):
    browser = sign_in(alice)
    token = browser.token()
    answer = browser.post(f"/members?csrf_token={token}", {"name": "Changed"})
    assert answer.status_code == 400


def test_it_takes_the_token_in_a_header(alice, sign_in):
    browser = sign_in(alice)
    assert save(browser, headers={"X-CSRFToken": browser.token()}).status_code == 303


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://evil.example/localhost"},
        {"Origin": "http://localhost:8080"},
        {"Origin": "http://localhost@evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "localhost"},
        {"Origin": "http://["},
        {"Origin": "https://localhost"},
        {"Origin": "https://localhost:80"},
        {"Origin": "http://localhost/"},
        {"Origin": "http://localhost http://localhost"},
        {"Origin": "http://localhost,http://localhost"},
        {"Origin": "ftp://localhost"},
        {"Origin": "http://localhost:port"},
        {"Origin": "null", "Referer": "http://localhost/members"},
        {"Referer": "https://evil.example/"},
        {"Referer": "https://localhost/members"},
        {"Referer": "http://localhost:8080/"},
        {"Referer": "http://localhost.evil.example/"},
        {"Referer": "http://localhost@evil.example/"},
        {"Referer": "http://["},
        {"Referer": "about://blank"},
    ],
)
def test_it_is_refused_from_elsewhere_with_the_right_token(headers, alice, sign_in):
    browser = sign_in(alice)
    answer = save(browser, browser.token(), headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:80"},
        {"Origin": "http://LOCALHOST"},
        {"Sec-Fetch-Site": "none"},
        {"Referer": "http://localhost/members?x=y"},
        {"Referer": "/members"},
        {"Origin": "http://localhost", "Referer": "https://evil.example/"},
    ],
)
def test_it_is_accepted_from_our_own_pages(headers, alice, sign_in):
    browser = sign_in(alice)
    assert save(browser, browser.token(), headers=headers).status_code == 303


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("example.org", "https://example.org", 303),
        ("example.org", "https://example.org:443", 303),
        ("example.org", "http://example.org", 403),
        ("example.org", "http://example.org:443", 403),
        ("example.org", "https://example.org:8443", 403),
        ("www.example.org", "https://www.example.org", 303),
        ("www.example.org", "http://www.example.org", 403),
        # A proxy that does not pass the host on.
        ("www.example.org", "https://example.org", 303),
        ("www.example.org", "https://shop.example.org", 403),
    ],
)
@pytest.mark.parametrize("proto", ["http", "https"])
def test_an_https_site_takes_nothing_from_http(host, origin, status, proto, two_hosts, alice):
    """Also where the proxy says nothing of the scheme."""
    browser = SecureBrowser(two_hosts.test_client())
    page = browser.get("/auth/login", base_url=f"https://{host}")
    form = browser.form(page, "/auth/login", "/auth/login")
    fields = {"email": alice.email, "password": PASSWORD}
    base = {"base_url": f"https://{host}", "environ_overrides": {"wsgi.url_scheme": proto}}
    answer = browser.send(form, fields, headers={"Origin": origin}, **base)
    assert answer.status_code == status


def test_it_lets_others_link_to_us(alice, sign_in):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    assert sign_in(alice).get("/members", headers=headers).status_code == 200


def test_log_in_is_protected_too(alice, visitor, browser):
    token = visitor.token()
    answer = browser().post("/auth/login", {"csrf_token": token, "email": alice.email})
    assert answer.status_code == 400


def test_programs_are_told_as_problem_details(alice, sign_in):
    answer = save(sign_in(alice), headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["request_id"] == answer.headers["X-Request-ID"]
