"""The key ring: encryption with `SECRET_KEY` and `SECRET_KEY_FALLBACKS`.

Each purpose has its own key, so that what was encrypted for one can't be used for another.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

# The salt must outlive renames of the project, because encrypted data depends on it. The second one
# is the previous salt, which still decrypts; it is in hexadecimal, so that no renaming changes it.
SALTS = b"key ring 1", bytes.fromhex("636172616665")


def encrypt(data: bytes, purpose: str) -> bytes:
    """Encrypt and authenticate (Fernet) with the newest key."""
    return _fernet(purpose).encrypt(data)


def decrypt(data: bytes, purpose: str) -> bytes:
    """Decrypt with any key of the ring. Raise `ValueError` otherwise."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(purpose).decrypt(data)
    except InvalidToken:
        raise ValueError(f"no key can decrypt this {purpose}") from None


def rotate(data: bytes, purpose: str) -> bytes:
    """Encrypt again with the newest key, so that older ones can be removed from the ring."""
    return encrypt(decrypt(data, purpose), purpose)


def _fernet(purpose: str) -> MultiFernet:
    # A late import: it takes 30 ms, and most processes never need it.
    from cryptography.fernet import Fernet, MultiFernet

    keys = [current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]]
    return MultiFernet([Fernet(_derive_key(key, purpose, salt)) for salt in SALTS for key in keys])


def _derive_key(key: str, purpose: str, salt: bytes) -> bytes:
    # The first 32 bytes of HKDF (RFC 5869): extract, then expand with the purpose.
    extracted = hmac.digest(salt, key.encode(), "sha256")
    return urlsafe_b64encode(hmac.digest(extracted, purpose.encode() + b"\x01", "sha256"))
