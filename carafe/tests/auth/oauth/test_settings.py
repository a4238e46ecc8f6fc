"""Which providers there are: the start stops where a setting is missing or wrong."""

import sys

import pytest
from flask import Flask

from carafe.auth import providers
from carafe.config import Config, ConfigError

GOOD = {"client_id": "x", "client_secret": "y", "issuer": "https://accounts.example.org"}


def start(settings):
    app = Flask("app")
    app.config.update(OAUTH_PROVIDERS=settings, PUBLIC_URL="https://example.org")
    app.add_url_rule("/auth/oauth/<provider>/callback", "callback")
    app.extensions["auth_pages"] = {"provider_callback": "callback"}
    providers.init_app(app)
    with app.app_context():
        return providers.configured()


def read(**environ):
    return Config.OAUTH_PROVIDERS.value("OAUTH_PROVIDERS", environ)


def test_they_come_from_the_environment():
    assert read() == {}
    assert read(OAUTH_ACME_CLIENT_ID="x") == {}
    assert read(
        OAUTH_PROVIDERS="Google, acme_2",
        OAUTH_GOOGLE_CLIENT_ID="g",
        OAUTH_GOOGLE_CLIENT_SECRET=" s ",
        OAUTH_ACME_2_ISSUER="https://acme.example",
        OAUTH_ACME_2_LABEL="Acme Corp.",
    ) == {
        "google": {"client_id": "g", "client_secret": "s"},
        "acme_2": {"issuer": "https://acme.example", "label": "Acme Corp."},
    }


@pytest.mark.parametrize("names", ["a-b", "../x", "1", "é", "x" * 51])
def test_a_name_is_letters_and_digits(names):
    with pytest.raises(ConfigError, match="names of letters and digits"):
        read(OAUTH_PROVIDERS=names)


def test_google_and_github_are_known():
    keys = {"client_id": "x", "client_secret": "y"}
    google, github = start({"google": keys, "github": keys})
    assert (google.label, google.issuer) == ("Google", "https://accounts.google.com")
    assert (github.label, github.api_url) == ("GitHub", "https://api.github.com")
    assert "y" not in repr(google).replace("why", "").split("client_secret")[-1][:4]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"client_id": ""},
            ["OAUTH_ACME_CLIENT_ID", "https://example.org/auth/oauth/acme/callback"],
        ),
        ({"client_secret": ""}, ["OAUTH_ACME_CLIENT_SECRET", "Register this site"]),
        ({"issuer": ""}, ["OAUTH_ACME_ISSUER=''", "https://accounts.example.org"]),
        ({"issuer": "accounts.example.org"}, ["OAUTH_ACME_ISSUER", "https://"]),
        ({"issuer": "http://accounts.example.org"}, ["OAUTH_ACME_ISSUER", "http"]),
        ({"issuer": "http://localhost.example.org/"}, ["OAUTH_ACME_ISSUER"]),
        ({"issuer": "http://localhost:x@example.org/"}, ["OAUTH_ACME_ISSUER"]),
        ({"api_url": "http://api.example.org"}, ["OAUTH_ACME_API_URL"]),
    ],
    ids=str,
)
def test_it_names_the_setting_and_the_remedy(change, words, monkeypatch):
    with pytest.raises(ConfigError) as error:
        start({"acme": GOOD | change})
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("library", ["authlib", "requests"])
def test_it_says_how_to_get_what_is_missing(library, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigError, match=r"OAUTH_PROVIDERS .* Run bin/setup base .*oauth"):
        start({"acme": GOOD})
    assert start({}) == []
