"""Logging in with GitHub, which is not OpenID Connect."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask

from carafe.auth import providers
from carafe.testing.loopback import Loopback, document, redirection
from carafe.testing.providers import ORIGIN, authorize, make_journey, start_journey
from carafe.testing.two_factor import is_logged_in
from carafe.tests.site.settings import HOME

pytestmark = pytest.mark.any_database

CALLBACK = f"{ORIGIN}/auth/oauth/github/callback"
WRITING = {"email": "mona@example.com", "primary": True, "verified": True}
OLD = {"email": "old@example.com", "primary": False, "verified": True}


class GitHub(Loopback):
    """What GitHub's documentation says of its OAuth apps and its API."""

    def __init__(self):
        super().__init__()
        self.user = {"id": 583231, "login": "mona", "name": "Mona", "email": "shown@example.com"}
        self.emails = [OLD, WRITING]
        self.challenges = {}
        self.routes |= {
            "/login/oauth/authorize": self.authorize,
            "/login/oauth/access_token": self.token,
            "/api/user": lambda call: self.api(call, self.user),
            "/api/user/emails": lambda call: self.api(call, self.emails),
        }
        self.settings = {
            "client_id": "Iv1.0",
            "client_secret": "a secret",
            "issuer": f"{self.url}/login/oauth",
            "api_url": f"{self.url}/api",
        }

    def authorize(self, call):
        assert call.query["redirect_uri"] == CALLBACK
        assert {"read:user", "user:email"} == set(call.query["scope"].split())
        assert call.query["code_challenge_method"] == "S256"
        code = secrets.token_hex(10)
        self.challenges[code] = call.query["code_challenge"]
        return redirection(f"{CALLBACK}?{urlencode({'code': code, 'state': call.query['state']})}")

    def token(self, call):
        verifier = hashlib.sha256(call.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if self.challenges.pop(call.form["code"], None) != challenge:
            return document({"error": "bad_verification_code"})  # with status 200
        assert call.credentials() == ("Iv1.0", "a secret")
        assert call.headers["Accept"] == "application/json"
        return document({"access_token": "gho_x", "token_type": "bearer", "scope": "user:email"})

    def api(self, call, content):
        return document(content) if call.bearer() == "gho_x" else document({}, 401)


@pytest.fixture
def github() -> Iterator[GitHub]:
    with GitHub() as server:
        yield server


@pytest.fixture
def app(app: Flask, provider_application: Flask, github: GitHub) -> Flask:
    provider_application.config["OAUTH_PROVIDERS"] = {"github": github.settings}
    providers.init_app(provider_application)
    return provider_application


def test_it_makes_an_account_with_the_address_that_github_has_verified(
    visitor, all_emails, connections
):
    assert make_journey(visitor, "github").location == HOME
    assert all_emails() == ["mona@example.com"]
    assert connections() == [("mona@example.com", "github", "583231")]
    assert "not confirmed" not in visitor.get("/members").text
    assert "mona" in visitor.get("/account/connections").text


def test_it_knows_people_by_number_not_by_name(github, visitor, browser, all_emails):
    make_journey(visitor, "github")
    github.user["login"] = "mona-married"
    assert make_journey(browser(), "github").location == HOME
    github.user |= {"id": 2, "login": "mona"}
    other = browser()
    make_journey(other, "github")
    assert not is_logged_in(other)
    assert len(all_emails()) == 1


@pytest.mark.parametrize(
    "emails", [[WRITING | {"verified": False}, OLD], [WRITING | {"verified": 1}]]
)
def test_an_unverified_address_is_confirmed_by_mail(emails, github, visitor):
    github.emails = emails
    assert make_journey(visitor, "github").location == "/auth/confirm"
    assert not is_logged_in(visitor)


def test_it_does_not_take_the_address_that_is_shown(github, visitor, all_emails):
    github.emails = [OLD]
    assert make_journey(visitor, "github").status_code == 422
    assert all_emails() == []


def test_it_never_opens_the_account_that_has_the_address(github, alice, visitor, connections):
    github.emails = [WRITING | {"email": alice.email}]
    assert make_journey(visitor, "github").status_code == 409
    assert connections() == []


def test_a_code_of_another_browser_opens_nothing(visitor, browser):
    stolen = authorize(start_journey(browser(), "github")).partition("code=")[2].partition("&")[0]
    path = authorize(start_journey(visitor, "github"))
    code = path.partition("code=")[2].partition("&")[0]
    assert visitor.get(path.replace(code, stolen)).status_code == 400


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/api/user", document({"message": "Bad credentials"}, 401)),
        ("/api/user", document({"login": "mona"})),
        ("/api/user", document([])),
        ("/api/user/emails", document({"message": "Not Found"}, 404)),
        ("/api/user/emails", document({"email": "x"})),
        ("/api/user/emails", (200, {}, b"<html>")),
        ("/login/oauth/access_token", (502, {}, b"")),
    ],
    ids=str,
)
def test_it_makes_nothing_of_nonsense(path, answer, github, visitor, all_emails):
    with github.answering(path, lambda call: answer):
        assert make_journey(visitor, "github").status_code == 503
    assert all_emails() == []
