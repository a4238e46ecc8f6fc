"""What is stored: no password and no token that a thief of the database could use."""

import base64
import hashlib
from pathlib import Path

import pytest

from carafe.database import db
from carafe.testing.accounts import PASSWORD


@pytest.fixture
def stored(app):
    """Everything in the database and in the files beside it, emails apart."""

    def read():
        parts = []
        with app.app_context():
            for table in db.Model.metadata.sorted_tables:
                for row in db.session.execute(table.select()):
                    parts += [v if isinstance(v, bytes) else str(v).encode() for v in row]
        for file in Path(app.instance_path).glob("*"):
            if file.is_file():
                parts.append(file.read_bytes())
        return b"\n".join(parts)

    return read


def forms_of(secret):
    raw = secret.encode()
    return [raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"=")[:-1], raw[:-2]]


def test_no_session_token_can_be_read(app, alice, sign_in, stored):
    browser = sign_in(alice)
    [(_, cookie)] = [pair for pair in browser.cookies() if pair[0] == "session"]
    token = app.session_interface.get_signing_serializer(app).loads(cookie)["_user_id"]
    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    assert hashlib.sha256(token.encode()).digest() in stored()  # so we look at the right place
    assert not [form for form in forms_of(token) if form in stored()]
    assert cookie.encode() not in stored()


@pytest.mark.parametrize("purpose", ["confirm", "reset"])
def test_no_mailed_token_can_be_read(purpose, erin, request_link, stored):
    token = request_link(erin, purpose).rpartition("/")[2]
    assert len(base64.urlsafe_b64decode(token + "=")) == 32
    assert hashlib.sha256(token.encode()).digest() in stored()
    assert not [form for form in forms_of(token) if form in stored()]


@pytest.mark.usefixtures("real_hashes")
def test_no_password_can_be_read(alice, browser, register, visitor, sign_in, stored):
    register(visitor, password="seventeen zebras")
    browser().submit("/auth/login", {"email": alice.email, "password": "eighteen zebras"})
    sign_in(alice)
    assert b"$argon2id$v=19$m=19456,t=2,p=1$" in stored()
    assert b"zebras" not in stored()
    assert PASSWORD.encode() not in stored()


def test_equal_passwords_do_not_look_equal(app, register, browser):
    from carafe.tests.site.models import User

    for email in ("one@example.com", "two@example.com"):
        register(browser(), email=email)
    with app.app_context():
        hashes = list(db.session.scalars(db.select(User.password_hash)))
    assert len(set(hashes)) == 2
