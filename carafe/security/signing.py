"""Signatures of cookies and forms, by HMAC with SHA-256.

They are itsdangerous's own (`key_derivation="hmac"`, `digest_method=sha256`), made faster: it
derives the key again for each, in Python. A page checks one and makes one.
"""

import hmac
from functools import lru_cache

from itsdangerous import TimestampSigner
from itsdangerous.signer import SigningAlgorithm


class HmacSha256(SigningAlgorithm):
    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, "sha256")


class Sha256Signer(TimestampSigner):
    def __init__(self, secret_key: str | list[str], salt: str | bytes):
        super().__init__(secret_key, salt, algorithm=HmacSha256())

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        return _derive_key(secret_key or self.secret_keys[-1], self.salt)


@lru_cache(maxsize=64)  # a few salts with each key
def _derive_key(secret_key: str | bytes, salt: bytes) -> bytes:
    key = secret_key.encode() if isinstance(secret_key, str) else secret_key
    return hmac.digest(key, salt, "sha256")
