"""Scripts of other sites may use the API only if the settings name them, and never with cookies."""

import pytest

SITE = "https://app.example.org"
ASK = {"Origin": SITE, "Access-Control-Request-Method": "PATCH"}


@pytest.fixture
def opened(app, monkeypatch):
    monkeypatch.setitem(app.config, "API_ORIGINS", [SITE])


def allowed(answer):
    return {name for name, _ in answer.headers if name.startswith("Access-Control-")}


def test_it_is_closed_by_default(app, alice, use_api):
    answer = use_api(alice).get("/me", headers={"Origin": SITE})
    assert answer.status_code == 200
    assert allowed(answer) == set()
    assert allowed(app.test_client().options("/api/v1/me", headers=ASK)) == set()


def test_it_opens_to_the_sites_in_the_settings(app, opened, alice, use_api):
    preflight = app.test_client().options("/api/v1/me", headers=ASK)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == SITE
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    for name in ("Authorization", "Idempotency-Key", "If-Match"):
        assert name in preflight.headers["Access-Control-Allow-Headers"]
    answer = use_api(alice).get("/me", headers={"Origin": SITE})
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert "Origin" in answer.vary
    for name in ("ETag", "Link", "RateLimit"):
        assert name in answer.headers["Access-Control-Expose-Headers"]


def test_errors_can_be_read_there_too(app, opened):
    answer = app.test_client().get("/api/v1/me", headers={"Origin": SITE})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == SITE


@pytest.mark.parametrize(
    "origin", ["https://app.example.org.evil.example", "null", "http://app.example.org"]
)
def test_others_stay_outside(app, opened, origin):
    headers = ASK | {"Origin": origin}
    assert allowed(app.test_client().options("/api/v1/me", headers=headers)) == set()
    answer = app.test_client().get("/api/v1/me", headers={"Origin": origin})
    assert allowed(answer) == set()
    assert "Origin" in answer.vary


def test_cookies_never_count(opened, alice, sign_in):
    browser = sign_in(alice)
    fetch = {"Origin": SITE, "Sec-Fetch-Site": "cross-site", "X-CSRFToken": browser.token()}
    answer = browser.client.delete("/api/v1/sessions/1", headers=fetch | {"If-Match": "*"})
    assert answer.status_code == 403
    for response in (answer, browser.client.options("/api/v1/me", headers=ASK)):
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_pages_stay_closed(app, opened):
    assert allowed(app.test_client().get("/auth/login", headers={"Origin": SITE})) == set()
    assert allowed(app.test_client().options("/auth/login", headers=ASK)) == set()
