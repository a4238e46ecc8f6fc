"""Challenges: what an authenticator signs, so that an answer counts here, now and once.

One is good for a purpose, in the browser that fetched it, for five minutes. It is sealed and
given along with the form. In the cookie a second tab would overwrite it.
"""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

from carafe.security import encryption
from carafe.security.csrf import browser_id
from carafe.security.rate_limits import RateLimit

JSONObject = dict[str, Any]
CHALLENGE_LIFETIME = timedelta(minutes=5)
# Counted for all processes: a copy of form and cookie is too late wherever it arrives.
SINGLE_USE = RateLimit("passkey:challenge", 1, CHALLENGE_LIFETIME)


class ChallengeError(ValueError):
    """Not a challenge of ours, of this browser or for this purpose, or one that was used."""


class ExpiredChallengeError(ChallengeError):
    """A challenge from too long ago."""


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def issue(purpose: str, options: JSONObject) -> JSONObject:
    """WebAuthn's options with a new challenge, and beside them the form field to send with it."""
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
    """The challenge that was sealed in the form field; never again."""
    try:
        content = json.loads(encryption.decrypt(sealed.encode(), f"passkey {purpose}"))
    except ValueError:
        raise ChallengeError from None
    challenge, browser, expires = content
    # There is one: without it no POST comes this far.
    if not secrets.compare_digest(browser, str(browser_id())):
        raise ChallengeError
    if expires <= time.time():
        raise ExpiredChallengeError
    if not SINGLE_USE.take(challenge):
        raise ChallengeError
    return bytes.fromhex(challenge)
