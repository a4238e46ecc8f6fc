"""Settings that must not be served: the start stops, and says what to do instead."""

import logging
import os
import subprocess
import sys

import pytest

from carafe import observability
from carafe.config import ROOT, ConfigError
from carafe.database import db
from carafe.testing.server import BIN
from carafe.tests.site import create_app

KEY = "a key of the tests, long enough to be one"
GOOD = {"APP_ENV": "production", "SECRET_KEY": KEY, "TRUSTED_HOSTS": "example.org"}


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Makes an app of these environment variables and nothing else."""
    monkeypatch.setattr(logging.root, "handlers", logging.root.handlers)
    monkeypatch.setattr(logging.root, "level", logging.root.level)
    made = []

    def make(**environ):
        for name in ("APP_ENV", "DATABASE_URL", "LOG_LEVEL", "LOG_FORMAT"):
            monkeypatch.delenv(name, raising=False)
        for name, value in ({"INSTANCE_PATH": str(tmp_path)} | environ).items():
            monkeypatch.setenv(name, value)
        made.append(create_app())
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"SECRET_KEY": ""}, "secrets.token_urlsafe(48)"),
        ({"SECRET_KEY": "   "}, "secrets.token_urlsafe(48)"),
        ({"SECRET_KEY": "x" * 31}, "at least 32 random bytes"),
        ({"SECRET_KEY": "development-key-that-production-refuses"}, "at least 32 random bytes"),
        ({"SECRET_KEY_FALLBACKS": f"{KEY}, short"}, "SECRET_KEY_FALLBACKS"),
        (
            {"SECRET_KEY_FALLBACKS": "development-key-that-production-refuses"},
            "SECRET_KEY_FALLBACKS",
        ),
        ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS=example.org,www.example.org"),
        ({"TRUSTED_HOSTS": " , "}, "TRUSTED_HOSTS=example.org,www.example.org"),
        ({"TRUSTED_HOSTS": "https://example.org"}, "a scheme"),
        ({"TRUSTED_HOSTS": "example.org,//example.net"}, "more than a hostname"),
        ({"TRUSTED_HOSTS": "example.org/"}, "more than a hostname"),
        ({"TRUSTED_HOSTS": "user@example.org"}, "more than a hostname"),
        ({"TRUSTED_HOSTS": "example.org:8443"}, "a port"),
        ({"TRUSTED_HOSTS": "[2001:db8::1]:8443"}, "a port"),
        ({"TRUSTED_HOSTS": "example.org www.example.org"}, "a space"),
        ({"TRUSTED_HOSTS": "*"}, "start the name with a dot"),
        ({"TRUSTED_HOSTS": "*.example.org"}, "start the name with a dot"),
        ({"TRUSTED_HOSTS": "my_host"}, "an underscore"),
        ({"TRUSTED_HOSTS": "."}, "comma-separated hostnames"),
        ({"TRUSTED_HOSTS": "..example.org"}, "comma-separated hostnames"),
        ({"TRUSTED_HOSTS": "example..org"}, "comma-separated hostnames"),
        ({"TRUSTED_HOSTS": "example.org;example.net"}, "comma-separated hostnames"),
        ({"TRUSTED_HOSTS": "-example.org"}, "comma-separated hostnames"),
        ({"APP_ENV": "prod"}, "development, testing, production"),
        ({"TRUSTED_PROXIES": "one"}, "TRUSTED_PROXIES='one'"),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES='-1'"),
        ({"TRUSTED_PROXIES": "1.5"}, "TRUSTED_PROXIES='1.5'"),
        ({"PUBLIC_URL": "example.org"}, "such as https://example.org"),
        ({"PUBLIC_URL": "ftp://example.org"}, "such as https://example.org"),
        ({"PUBLIC_URL": "https://"}, "such as https://example.org"),
        ({"PUBLIC_URL": "https://example.org/app"}, "such as https://example.org"),
        ({"PUBLIC_URL": "https://example.org?x"}, "such as https://example.org"),
        ({"PUBLIC_URL": "https://example.org#x"}, "such as https://example.org"),
        ({"PUBLIC_URL": "https://user@example.org"}, "such as https://example.org"),
        ({"PUBLIC_URL": "https://[bad"}, "such as https://example.org"),
        ({"PUBLIC_URL": "https://:8443"}, "such as https://example.org"),
        ({"PUBLIC_URL": "https://example.org:port"}, "such as https://example.org"),
        ({"LOG_LEVEL": "LOUD"}, "DEBUG, INFO, WARNING, or ERROR"),
        ({"LOG_FORMAT": "xml"}, "text or json"),
        ({"MAX_CONTENT_LENGTH": "much"}, "a number of bytes"),
        ({"MAIL_URL": "nonsense"}, "MAIL_URL"),
        ({"MAIL_URL": "http://example.org"}, "MAIL_URL"),
        ({"MAIL_URL": "smtp://host:port"}, "MAIL_URL"),
        ({"MAIL_URL": "smtp://["}, "MAIL_URL"),
        ({"MAIL_URL": "file:mails"}, "file:/path"),
        ({"MAIL_URL": "file://mails"}, "file:/path"),
        ({"STORAGE_URL": "file:files"}, "file:/path"),
        ({"STORAGE_URL": "file://files"}, "file:/path"),
        ({"DATABASE_URL": "nonsense"}, "postgresql://user:password@host/name"),
        ({"DATABASE_URL": "postgresql://host:port/name"}, "postgresql://user:password@host/name"),
        ({"DATABASE_URL": "mysql://host/name"}, "postgresql://user:password@host/name"),
        ({"DATABASE_URL": "postgresql+asyncpg://host/name"}, "sqlite:////path/to/app.db"),
    ],
)
def test_it_names_the_setting_and_the_remedy(change, remedy, start):
    with pytest.raises(ConfigError) as error:
        start(**GOOD | change)
    assert remedy in str(error.value)
    assert KEY not in str(error.value)
    assert next(iter(change)) in str(error.value)


@pytest.mark.parametrize("public_url", ["https://example.org:8443", "https://example.org:8443/"])
def test_it_takes_the_address_of_a_host(public_url, start):
    app = start(**GOOD, PUBLIC_URL=public_url, MAIL_URL="file:", LOG_LEVEL="ERROR")
    assert app.config["PUBLIC_URL"] == "https://example.org:8443"


def test_development_names_a_package_that_is_not_installed(start, monkeypatch):
    monkeypatch.setitem(sys.modules, "flask_debugtoolbar", None)
    for name in [name for name in sys.modules if name.startswith("carafe.observability.toolbar")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(observability, "toolbar", raising=False)
    with pytest.raises(ConfigError) as error:
        start(APP_ENV="development", LOG_LEVEL="ERROR")
    assert "flask_debugtoolbar" in str(error.value)
    assert "APP_ENV=production" in str(error.value)


def test_it_starts_with_good_settings(start):
    app = start(**GOOD, MAIL_URL="file:", LOG_LEVEL="ERROR")
    assert app.config["PUBLIC_URL"] == "https://example.org"
    assert not app.debug
    assert not app.testing
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/dev")]


def test_it_takes_host_names_however_they_are_typed(start):
    names = "Example.ORG, .Example.net,b\u00fccher.example.,2001:DB8::1, [2001:db8:0::2],192.0.2.1"
    app = start(**GOOD | {"TRUSTED_HOSTS": names}, MAIL_URL="file:", LOG_LEVEL="ERROR")
    hosts = ("example.org", "www.example.net", "example.net", "xn--bcher-kva.example")
    for host in (*hosts, "[2001:db8::1]:8000", "[2001:db8::2]", "192.0.2.1"):
        assert app.test_client().get("/auth/login", headers={"Host": host}).status_code == 200
    assert app.test_client().get("/auth/login", headers={"Host": "a.b"}).status_code == 400


def test_the_server_ends_with_the_remedy_and_without_a_traceback(tmp_path):
    environ = {**os.environ, "APP_ENV": "production", "INSTANCE_PATH": str(tmp_path), "PORT": "0"}
    for name in ("SECRET_KEY", "TRUSTED_HOSTS", "DATABASE_URL"):
        environ.pop(name, None)
    result = subprocess.run(
        [str(BIN / "gunicorn"), "wsgi:app"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert result.returncode != 0
    assert result.stderr.count("secrets.token_urlsafe(48)") == 1
