"""The key ring: what `SECRET_KEY` and `SECRET_KEY_FALLBACKS` encrypt.

Each purpose has a key of its own, so that what was encrypted for one opens for no other.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

# The salt must outlive every name that the project has: what is encrypted depends on it. The second
# is the one from before, which still decrypts; in hexadecimal, so that no renaming changes it.
SALTS = b"key ring 1", bytes.fromhex("636172616665")


def encrypt(data: bytes, purpose: str) -> bytes:
    """Encrypt and authenticate (Fernet) with the newest key."""
    return _fernet(purpose).encrypt(data)


def decrypt(data: bytes, purpose: str) -> bytes:
    """What `encrypt` was given, under any key of the ring. Raises `ValueError` otherwise."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(purpose).decrypt(data)
    except InvalidToken:
        raise ValueError(f"no key can decrypt this {purpose}") from None


def rotate(data: bytes, purpose: str) -> bytes:
    """The same under the newest key, so that older ones can leave the ring."""
    return encrypt(decrypt(data, purpose), purpose)


def _fernet(purpose: str) -> MultiFernet:
    # Late: 30 ms of import that most processes never need.
    from cryptography.fernet import Fernet, MultiFernet

    keys = [current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]]
    return MultiFernet([Fernet(_derive_key(key, purpose, salt)) for salt in SALTS for key in keys])


def _derive_key(key: str, purpose: str, salt: bytes) -> bytes:
    # As HKDF (RFC 5869) makes its first 32 bytes: extract, then expand with the purpose.
    extracted = hmac.digest(salt, key.encode(), "sha256")
    return urlsafe_b64encode(hmac.digest(extracted, purpose.encode() + b"\x01", "sha256"))
