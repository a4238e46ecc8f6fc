"""A security key in software, and the page script that uses one."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask
from werkzeug.test import TestResponse

from carafe.auth.models import Passkey, UserMixin
from carafe.auth.passkeys import user_handle
from carafe.auth.recovery_codes import give_first
from carafe.auth.users import user_model
from carafe.database import db
from carafe.testing.http import Browser, Form

# What the server requests of a browser, and what the browser returns, as JSON.
Options = dict[str, Any]
Credential = dict[str, Any]

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "===")


class Authenticator:
    """A passkey. Keywords change what it claims: `origin`, `rp`, `counter`, …"""

    def __init__(self, origin: str = "http://localhost", rp: str = "localhost"):
        self.origin, self.rp = origin, rp
        self.id = secrets.token_bytes(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.user: bytes | None = None
        self.counter = 0

    def public_key(self) -> bytes:
        """Return the public key as COSE."""
        numbers = self.key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        return cbor2.dumps(key)

    def create(self, options: Options, **lies: Any) -> Credential:
        """Return what `navigator.credentials.create()` does, as JSON."""
        self.user = decode(options["user"]["id"])
        id = lies.get("id", self.id)
        key = cbor2.dumps(lies["key"]) if "key" in lies else self.public_key()
        attested = bytes(16) + len(id).to_bytes(2) + id + key
        data = self._data(lies, HAS_KEY) + attested
        attestation = {"fmt": "none", "attStmt": {}, "authData": data}
        response = {
            "clientDataJSON": encode(self._client_data("webauthn.create", options, lies)),
            "attestationObject": encode(cbor2.dumps(attestation)),
        }
        return {"id": encode(id), "rawId": encode(id), "type": "public-key", "response": response}

    def get(self, options: Options, **lies: Any) -> Credential:
        """Return what `navigator.credentials.get()` does, as JSON."""
        self.counter += 1
        id = encode(lies.get("id", self.id))
        data = self._data(lies)
        client_data = self._client_data("webauthn.get", options, lies)
        signed = data + hashlib.sha256(client_data).digest()
        signature = self.key.sign(lies.get("signed", signed), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": encode(client_data),
            "authenticatorData": encode(data),
            "signature": encode(signature),
        }
        if user := lies.get("user", self.user):
            response["userHandle"] = encode(user)
        return {"id": id, "rawId": id, "type": "public-key", "response": response}

    def _data(self, lies: Mapping[str, Any], flags: int = 0) -> bytes:
        rp = hashlib.sha256(lies.get("rp", self.rp).encode()).digest()
        flags |= PRESENT if lies.get("present", True) else 0
        flags |= VERIFIED if lies.get("verified", True) else 0
        return rp + bytes([flags]) + int(lies.get("counter", self.counter)).to_bytes(4)

    def _client_data(self, type: str, options: Options, lies: Mapping[str, Any]) -> bytes:
        client_data = {
            "type": lies.get("type", type),
            "challenge": lies.get("challenge", options["challenge"]),
            "origin": lies.get("origin", self.origin),
            "crossOrigin": False,
        }
        return json.dumps(client_data).encode()


def ask(browser: Browser, page: str, action: str, options: str) -> tuple[Form, Options]:
    """Return the passkey's form on a page, with a challenge, and the authenticator's options."""
    form = browser.fill(page, action)
    answer = browser.post(options, {"csrf_token": form.fields["csrf_token"]})
    assert answer.status_code == 200, answer.text
    request = json.loads(answer.text)
    form.fields["challenge"] = request["challenge"]
    return form, request["publicKey"]


def ask_to_add(browser: Browser) -> tuple[Form, Options]:
    return ask(
        browser, "/account/passkeys/new", "/account/passkeys/new", "/account/passkeys/options"
    )


def ask_to_sign_in(browser: Browser) -> tuple[Form, Options]:
    return ask(browser, "/auth/login", "/auth/passkeys/sign-in", "/auth/passkeys/options")


def ask_for_proof(browser: Browser, page: str = "/auth/reauthenticate") -> tuple[Form, Options]:
    query = page.removeprefix("/auth/reauthenticate")
    passkey = "/auth/reauthenticate/passkey"
    return ask(browser, page, passkey + query, f"{passkey}/options")


def sent(form: Form, credential: Credential | str) -> Form:
    """Return the form with the authenticator's response."""
    text = credential if isinstance(credential, str) else json.dumps(credential)
    form.fields["credential"] = text
    return form


def add(browser: Browser, name: str = "My key", **options: str) -> Authenticator:
    """Add a passkey to the account that a browser is logged in to."""
    authenticator = Authenticator(**options)
    form, request = ask_to_add(browser)
    form.fields["name"] = name
    answer = browser.send(sent(form, authenticator.create(request)))
    # Recovery codes, shown immediately, come with the first one.
    assert answer.status_code in (200, 303), answer.text
    return authenticator


def register(app: Flask, user: UserMixin, name: str = "My key") -> Authenticator:
    """Add a passkey to a user without the pages.

    For tests about something else: it costs a fifth of what `add` does.
    """
    authenticator = Authenticator()
    with app.app_context():
        row = db.session.get_one(user_model(), user.id)
        Passkey.register(row, name, authenticator.id, authenticator.public_key(), 0)
        give_first(row)
        authenticator.user = user_handle(row)
        db.session.commit()
    return authenticator


def sign_in(browser: Browser, authenticator: Authenticator, **lies: object) -> TestResponse:
    form, request = ask_to_sign_in(browser)
    return browser.send(sent(form, authenticator.get(request, **lies)))
