"""The keys that encrypt: derived from `SECRET_KEY` alone, whatever the project is called."""

import pytest
from cryptography.fernet import Fernet

from carafe.security import encryption
from carafe.testing.apps import another_app

pytestmark = pytest.mark.any_database

KEY = "a key of the tests, long enough to be one"
# Base64 of HKDF-SHA256 (RFC 5869) of KEY for "a purpose": with today's salt, and with the former.
DERIVED = "5CeKxBGIqss3rnHm0ht2jvJLceY7sGh3rHR91BLb67U="
FORMER = "VyVESATV1-_8b46sv5EpaBacixpf3HDGfKvElQb9Ocg="


def test_it_derives_the_same_key_for_ever(app):
    with another_app(app, SECRET_KEY=KEY) as same, same.app_context():
        sealed = encryption.encrypt(b"a secret", "a purpose")
    assert Fernet(DERIVED).decrypt(sealed) == b"a secret"


def test_it_still_reads_what_was_encrypted_with_the_former_salt(app):
    with another_app(app, SECRET_KEY=KEY) as same, same.app_context():
        sealed = Fernet(FORMER).encrypt(b"a secret")
        assert encryption.decrypt(sealed, "a purpose") == b"a secret"
        assert Fernet(DERIVED).decrypt(encryption.rotate(sealed, "a purpose")) == b"a secret"
