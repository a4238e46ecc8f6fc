"""Challenges that an authenticator signs, so that a response counts only here, now, and once.

A challenge is valid for one purpose, in the browser that fetched it, for five minutes. It is
encrypted in a field of the form. In the cookie, a second tab would overwrite it.
"""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from datetime import timedelta

from carafe.database.aliases import JSONObject
from carafe.security import encryption
from carafe.security.csrf import browser_id
from carafe.security.rate_limits import RateLimit

CHALLENGE_LIFETIME = timedelta(minutes=5)
# Counted across all processes, so a copy of form and cookie is too late everywhere.
SINGLE_USE = RateLimit("passkey:challenge", 1, CHALLENGE_LIFETIME)


class ChallengeError(ValueError):
    """A challenge is not ours, for another browser or purpose, or already used."""


class ExpiredChallengeError(ChallengeError):
    """A challenge has expired."""


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def issue(purpose: str, options: JSONObject) -> JSONObject:
    """Return WebAuthn's options with a new challenge, and the form field to submit with it."""
    challenge = secrets.token_bytes(32)
    expires = time.time() + CHALLENGE_LIFETIME.total_seconds()
    content = json.dumps([challenge.hex(), browser_id(), expires])
    return {
        "publicKey": options
        | {
            "challenge": base64url(challenge),
            "timeout": int(CHALLENGE_LIFETIME.total_seconds() * 1000),
        },
        "challenge": encryption.encrypt(content.encode(), f"passkey {purpose}").decode(),
    }


def consume(purpose: str, sealed: str) -> bytes:
    """Decrypt the challenge in the form field and use it up."""
    try:
        content = json.loads(encryption.decrypt(sealed.encode(), f"passkey {purpose}"))
    except ValueError:
        raise ChallengeError from None
    challenge, browser, expires = content
    # There is one: without it, no POST gets here.
    if not secrets.compare_digest(browser, str(browser_id())):
        raise ChallengeError
    if expires <= time.time():
        raise ExpiredChallengeError
    if not SINGLE_USE.take(challenge):
        raise ChallengeError
    return bytes.fromhex(challenge)
