"""The redirect to a provider and back, and the state in this browser's session in between.

Only the redirected browser may return (RFC 9700, 2.1), from the provider it was sent to, within ten
minutes, and once. Each attempt has its own state, so that two tabs don't interfere.
"""

import json
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import timedelta

from flask import request, session
from flask_login import current_user

from carafe.auth.providers.profile import constant_time_equal
from carafe.security import encryption
from carafe.security.rate_limits import RateLimit
from carafe.web.urls import safe_redirect_path

LOG_IN, CONNECT, REAUTHENTICATE = "log in", "connect", "prove"
AUTHORIZATION_LIFETIME = timedelta(minutes=10)
# Counted across all processes, so a copy of the cookie returns too late.
CALLBACK_LIMIT = RateLimit("oauth:state", 1, AUTHORIZATION_LIFETIME)

KEY = "journeys"
# Browsers drop cookies of more than 4 KiB, with everything in them.
JOURNEYS_PER_BROWSER = 3
NEXT_LENGTH = 300


@dataclass(frozen=True)
class AuthorizationRequest:
    provider: str
    purpose: str
    state: str
    nonce: str
    verifier: str
    started: float
    # The session that connects the account, or whose user proves their identity.
    session_id: int | None
    next: str | None

    @classmethod
    def create(cls, provider: str, purpose: str) -> "AuthorizationRequest":
        next = safe_redirect_path(request.args.get("next"))
        journey = cls(
            provider=provider,
            purpose=purpose,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            started=time.time(),
            session_id=None if purpose == LOG_IN else current_user.session_id,
            next=next if len(next or "") <= NEXT_LENGTH else None,
        )
        # Encrypted, so that a copy of the cookie doesn't reveal the code verifier.
        sealed = encryption.encrypt(json.dumps(asdict(journey)).encode(), KEY).decode()
        session[KEY] = [*session.get(KEY, []), sealed][-JOURNEYS_PER_BROWSER:]
        return journey

    @classmethod
    def from_callback(cls, provider: str) -> "AuthorizationRequest | None":
        """Return the journey that ends with this request, if any."""
        state = request.args.get("state")
        for sealed in session.get(KEY, []):
            journey = cls._open(sealed)
            if (
                journey is None
                or not constant_time_equal(state, journey.state)
                or journey.provider != provider
            ):
                continue
            if not 0 <= time.time() - journey.started < AUTHORIZATION_LIFETIME.total_seconds():
                return None
            session[KEY] = [value for value in session[KEY] if value != sealed]
            return journey if CALLBACK_LIMIT.take(journey.state) else None
        return None

    @classmethod
    def _open(cls, sealed: str) -> "AuthorizationRequest | None":
        try:
            return cls(**json.loads(encryption.decrypt(sealed.encode(), KEY)))
        # encrypted with another key, or of another version of this class
        except (ValueError, TypeError):
            return None
