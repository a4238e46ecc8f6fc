"""Secrets and signatures, as in Standard Webhooks (standardwebhooks.com)."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64encode
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import select

from carafe.auth.signals import collect_renewed_secrets
from carafe.database import db
from carafe.security import encryption
from carafe.webhooks.models import WebhookEndpoint

PURPOSE = "webhook"
PREFIX = "whsec_"
SECRET_BYTES = 32


def generate_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def format_secret(secret: bytes) -> str:
    """Return a secret as its owner gets it: "whsec_" and base64."""
    return PREFIX + b64encode(secret).decode()


def encrypt_secret(secret: bytes) -> bytes:
    return encryption.encrypt(secret, PURPOSE)


def decrypt_secret(encrypted: bytes) -> bytes:
    """Raise `ValueError` if no key of the ring can decrypt it."""
    return encryption.decrypt(encrypted, PURPOSE)


@collect_renewed_secrets.connect
def renew_secrets(sender: object) -> int:
    """Encrypt all secrets with the newest key, and commit; return how many.

    One that no key decrypts stays as it is: its deliveries fail, and tell the owner to rotate it.
    """
    count = 0
    for endpoint in db.session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id)):
        with suppress(ValueError):
            endpoint.secret = encryption.rotate(endpoint.secret, PURPOSE)
            if endpoint.old_secret:
                endpoint.old_secret = encryption.rotate(endpoint.old_secret, PURPOSE)
            count += 1
    db.session.commit()
    return count


def signature_headers(
    uid: str, timestamp: int, body: bytes, keys: Iterable[bytes]
) -> dict[str, str]:
    """Return the headers of a request, with a signature for each key."""
    content = f"{uid}.{timestamp}.".encode() + body
    signatures = [b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys]
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
