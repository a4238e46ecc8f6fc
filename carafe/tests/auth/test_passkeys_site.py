"""The name that passkeys belong to, and what is there where they cannot be used."""

import subprocess
import sys

import pytest

from carafe.auth.relying_party import current_relying_party
from carafe.config import ROOT
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import PRODUCTION, SITE, SecureBrowser, another_app
from carafe.testing.authenticator import add
from carafe.testing.authenticator import sign_in as enter

pytestmark = pytest.mark.any_database

SCRIPT = """
import sys
from carafe import ConfigError
from carafe.tests.site import create_app
settings = {"APP_ENV": "testing", "INSTANCE_PATH": sys.argv[1]}
create_app(settings)
print("webauthn" in sys.modules)
sys.modules["webauthn"] = None
try:
    create_app(settings)
except ConfigError as error:
    print(error.remedy)
app = create_app(settings | {"PASSKEYS": "no"})
client = app.test_client()
print(client.get("/auth/login").status_code, "passkey" in client.get("/auth/login").text.lower())
print([rule.rule for rule in app.url_map.iter_rules() if "passkey" in rule.rule])
"""


@pytest.mark.parametrize(
    ("public_url", "id", "origin"),
    [
        ("https://example.org", "example.org", "https://example.org"),
        ("https://Example.org:443/app", "example.org", "https://example.org"),
        ("https://example.org:8443", "example.org", "https://example.org:8443"),
        ("https://bücher.example", "xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("http://localhost", "localhost", "http://localhost"),
        ("http://app.localhost:8000", "app.localhost", "http://app.localhost:8000"),
        # Browsers refuse addresses, and both names lead to this machine.
        ("http://127.0.0.1:5000", "localhost", "http://localhost:5000"),
        ("http://[::1]:5000", "localhost", "http://localhost:5000"),
    ],
)
def test_it_is_the_public_address(public_url, id, origin, app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", public_url)
    with app.app_context():
        assert (
            current_relying_party().id,
            current_relying_party().origin,
            current_relying_party().is_supported,
        ) == (id, origin, True)


def test_it_is_never_what_the_request_says(app, visitor):
    """Host and proxy headers are anyone's to send."""
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    fields = {"csrf_token": visitor.token()}
    options = "/auth/passkeys/options"
    assert visitor.post(options, fields, headers=headers).json["publicKey"]["rpId"] == "localhost"
    with app.test_request_context("/auth/login", headers=headers | {"Host": "evil.example"}):
        assert current_relying_party().origin == "http://localhost"


@pytest.mark.parametrize(
    "public_url", ["http://example.org", "https://192.0.2.1", "http://[2001:db8::1]:8000"]
)
def test_it_is_off_where_browsers_have_none(public_url, app, monkeypatch):
    monkeypatch.setitem(app.config, "PUBLIC_URL", public_url)
    with app.app_context():
        assert not current_relying_party().is_supported
        assert app.jinja_env.globals["passkeys"]() is None


def test_the_library_is_loaded_late_and_needed_unless_the_setting_is_off(tmp_path):
    command = [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = ["False", "Run bin/setup, or set PASSKEYS=no.", "200 False", "[]"]
    assert done.stdout.split("\n")[:4] == lines


def test_it_works_under_https(app, alice):
    """In production with the cookie's prefix, and a session that only HTTPS carries."""
    with another_app(app, **PRODUCTION) as production:
        browser = SecureBrowser(production.test_client())
        fields = {"email": alice.email, "password": PASSWORD}
        assert browser.submit("/auth/login", fields).status_code == 303
        key = add(browser, origin=SITE, rp="example.org")
        assert enter(SecureBrowser(production.test_client()), key).status_code == 303
