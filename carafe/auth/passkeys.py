"""Passkeys: the ceremonies of W3C Web Authentication, level 3, sections 7.1 and 7.2.

For each, the browser fetches `options`, has the authenticator sign their challenge, and submits the
result in an ordinary form, with the encrypted challenge, to `register` or `authenticate`.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from flask import current_app, request

from carafe.auth.challenges import (
    ChallengeError,
    ExpiredChallengeError,
    base64url,
    consume,
    issue,
)
from carafe.auth.models import Passkey, UserMixin
from carafe.auth.models.passkey import MAX_PASSKEYS
from carafe.auth.relying_party import current_relying_party
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.database.aliases import JSONObject
from carafe.observability import security_events
from carafe.security.rate_limits import RateLimit, client_key

log = logging.getLogger(__name__)

LOGIN, SECOND_FACTOR, REAUTHENTICATION, REGISTER = "login", "two-factor", "proof", "register"

ATTEMPTS = RateLimit("passkey", 20, timedelta(minutes=15))

# A credential is about 1 kB; attestation that wasn't requested adds some.
CREDENTIAL_BYTES = 16 * 1024
CREDENTIAL_ID_BYTES = 1023  # the maximum in section 4
EDDSA, ES256, RS256 = -8, -7, -257  # RFC 9053; every authenticator supports one of them

FAILED_MESSAGE = "That passkey didn't work. Try again, or use another method."
EXPIRED_MESSAGE = "Timed out. Try again."
SUSPENDED_MESSAGE = "This account is suspended. Contact support."
# Logged.
REASONS = {EXPIRED_MESSAGE: "too_late", SUSPENDED_MESSAGE: "suspended"}
TOO_MANY_PASSKEYS = (
    f"You've reached the limit of {MAX_PASSKEYS} passkeys. Remove one to add another."
)

T = TypeVar("T")


class PasskeyError(Exception):
    """A refused passkey. The text is shown to the user; `user_id` is the passkey's owner."""

    def __init__(self, text: str, user_id: int | None = None):
        super().__init__(text)
        self.user_id = user_id


def user_handle(user: UserMixin) -> bytes:
    """Return the user's ID for authenticators: a number that means nothing elsewhere (14.6.1)."""
    return str(user.id).encode()


def request_options(purpose: str, credential_ids: Iterable[bytes] = ()) -> JSONObject:
    """Return the arguments of `navigator.credentials.get()`.

    Without IDs, people choose among all their passkeys, so that every visitor gets the same,
    no matter who they claim to be.
    """
    options = {
        "rpId": current_relying_party().id,
        "allowCredentials": _credential_descriptors(credential_ids),
        # Without a password, and as a proof, it has to be the person, not only the device.
        "userVerification": "preferred" if purpose == SECOND_FACTOR else "required",
    }
    return issue(purpose, options)


def creation_options(user: UserMixin) -> JSONObject:
    """Return the arguments of `navigator.credentials.create()`."""
    options = {
        "rp": {"id": current_relying_party().id, "name": current_app.config["APP_NAME"]},
        "user": {
            "id": base64url(user_handle(user)),
            "name": user.email,
            "displayName": user.display_name,
        },
        "pubKeyCredParams": [{"type": "public-key", "alg": a} for a in (EDDSA, ES256, RS256)],
        "excludeCredentials": _credential_descriptors(Passkey.credential_ids(user.id)),
        # Not required: an older security key without either still works as a second factor.
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "preferred"},
        "attestation": "none",
    }
    return issue(REGISTER, options)


def _credential_descriptors(credential_ids: Iterable[bytes]) -> list[dict[str, str]]:
    return [{"type": "public-key", "id": base64url(id)} for id in credential_ids]


def register(user: UserMixin, name: str) -> Passkey:
    """Add the submitted passkey. Raise `PasskeyError`."""
    from webauthn import verify_registration_response

    challenge, credential = _parse_response(REGISTER)
    verified = _verify_or_reject(
        lambda: verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=current_relying_party().id,
            expected_origin=current_relying_party().origin,
        )
    )
    id = verified.credential_id
    if len(id) > CREDENTIAL_ID_BYTES or Passkey.by_credential(id):
        raise PasskeyError(FAILED_MESSAGE)
    if Passkey.count(user.id) >= MAX_PASSKEYS:
        raise PasskeyError(TOO_MANY_PASSKEYS)
    ATTEMPTS.refund(client_key())
    return Passkey.register(user, name, id, verified.credential_public_key, verified.sign_count)


def authenticate(purpose: str, user_id: int | None = None) -> UserMixin:
    """Return the passkey that was used, which must be `user_id`'s if given. Raise `PasskeyError`.

    The user's row is locked. Commit after a refusal, too, because it may have been recorded.
    """
    try:
        return _authenticate(purpose, user_id)
    except PasskeyError as refusal:
        owner = refusal.user_id or user_id
        reason = REASONS.get(str(refusal), "not_accepted")
        security_events.report("passkey.refused", reason, f"user:{owner}" if owner else None)
        raise


def _authenticate(purpose: str, user_id: int | None) -> UserMixin:
    from webauthn.helpers import parse_authentication_credential_json

    challenge, text = _parse_response(purpose)
    credential = _verify_or_reject(lambda: parse_authentication_credential_json(text))
    with read_transaction():
        used_passkey = Passkey.by_credential(credential.raw_id)
    if used_passkey is None or user_id not in (None, used_passkey.user_id):
        raise PasskeyError(FAILED_MESSAGE)
    try:
        count = _verify(purpose, credential, challenge, used_passkey.public_key)
    except PasskeyError as refusal:
        refusal.user_id = used_passkey.user_id
        raise

    # In the meantime, the passkey may have been used or removed, or its user suspended or deleted.
    user = db.session.get(user_model(), used_passkey.user_id, with_for_update=True)
    passkey = Passkey.by_credential(credential.raw_id)
    if (
        not user
        or not passkey
        or not _user_handle_matches(user, credential.response.user_handle, purpose)
    ):
        raise PasskeyError(FAILED_MESSAGE, used_passkey.user_id)
    if user.suspended_at:
        raise PasskeyError(SUSPENDED_MESSAGE, user.id)
    if not passkey.record_use(user, count):
        raise PasskeyError(FAILED_MESSAGE, user.id)
    ATTEMPTS.refund(client_key())
    return user


def _verify(purpose: str, credential: Any, challenge: bytes, public_key: bytes) -> int:
    """Verify everything but the counter, and return the counter."""
    from webauthn import verify_authentication_response

    verified = _verify_or_reject(
        lambda: verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=current_relying_party().id,
            expected_origin=current_relying_party().origin,
            credential_public_key=public_key,
            # The library would check the counter before it knows whether the signature is valid.
            credential_current_sign_count=0,
            require_user_verification=purpose != SECOND_FACTOR,
        )
    )
    return verified.new_sign_count


def _user_handle_matches(user: UserMixin, handle: bytes | None, purpose: str) -> bool:
    """Check the user handle (7.2, step 6), which identifies a user who hasn't said who they are."""
    return handle == user_handle(user) or (handle is None and purpose != LOGIN)


def _parse_response(purpose: str) -> tuple[bytes, str]:
    """Return the challenge, which is used up, and the credential that was submitted with it."""
    ATTEMPTS.spend(client_key())
    credential = request.form.get("credential", "")
    try:
        challenge = consume(purpose, request.form.get("challenge", ""))
    except ExpiredChallengeError:
        raise PasskeyError(EXPIRED_MESSAGE) from None
    except ChallengeError:
        raise PasskeyError(FAILED_MESSAGE) from None
    if len(credential) > CREDENTIAL_BYTES:
        raise PasskeyError(FAILED_MESSAGE)
    return challenge, credential


def _verify_or_reject(verify: Callable[[], T]) -> T:
    try:
        return verify()
    # Whatever a stranger's bytes do to parsers of JSON, CBOR, keys, and certificates, from the
    # library's own errors to a RecursionError, is an invalid credential, not a 500.
    except Exception as error:
        log.info("passkey rejected: %s: %s", type(error).__name__, error)
        raise PasskeyError(FAILED_MESSAGE) from None
