"""Secrets and signatures."""

import base64

from carafe.database import db
from carafe.webhooks import signatures
from carafe.webhooks.models import WebhookEndpoint
from carafe.webhooks.signatures import signature_headers


def test_it_signs_as_the_standard_does():
    """The example of standardwebhooks.com's libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    headers = signature_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, [key])
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_it_signs_with_each_key():
    text = signature_headers("evt_1", 1, b"", [b"a", b"b"])["webhook-signature"]
    first, second = text.split()
    assert first.startswith("v1,")
    assert second.startswith("v1,")
    assert first != second


def test_secrets_survive_a_change_of_the_key(app, alice, add_webhook, monkeypatch):
    hook = add_webhook(alice, "https://example.org/", "thing.happened")
    old_key = app.config["SECRET_KEY"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key, long enough to be one")
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [old_key])
    output = app.test_cli_runner().invoke(args=["user", "renew-secrets"]).output
    assert "1 secrets re-encrypted" in output
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [])
    with app.app_context():
        endpoint = db.session.get_one(WebhookEndpoint, hook.id)
        assert signatures.decrypt_secret(endpoint.secret) == hook.key


def test_secrets_are_encrypted_at_rest(app):
    with app.app_context():
        secret = signatures.generate_secret()
        encrypted = signatures.encrypt_secret(secret)
        assert secret not in encrypted
        assert signatures.decrypt_secret(encrypted) == secret
    text = signatures.format_secret(secret)
    assert text.startswith("whsec_")
    assert base64.b64decode(text.removeprefix("whsec_")) == secret
