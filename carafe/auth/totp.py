"""Time-based one-time passwords, as authenticator apps generate them (RFC 6238)."""

import hmac
import time
import unicodedata

from flask import current_app

from carafe.plurals import pluralize

STEP_SECONDS = 30
DIGITS = 6
# One step either way, for clock skew and slow typing (RFC 6238, 5.2 and 6).
ACCEPTED_STEPS = 1
# Up to this many steps away, a code is refused with the hint that a clock is wrong.
MAX_EXPLAINED_STEPS = 10


def new_secret() -> str:
    """Return 160 random bits, as RFC 4226 recommends, in letters that people can type."""
    import pyotp

    return pyotp.random_base32()


def uri(secret: str, email: str) -> str:
    """Return the content of the QR code."""
    import pyotp

    return pyotp.TOTP(secret, name=email, issuer=current_app.config["APP_NAME"]).provisioning_uri()


def normalize_code(code: str) -> str:
    """Return a typed code without what people put between its characters."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", code)))


def current_step() -> int:
    return int(time.time()) // STEP_SECONDS


def match(secret: str, code: str) -> int | None:
    """Return the time step, near the current one, that a code belongs to."""
    import pyotp

    step, app = current_step(), pyotp.TOTP(secret)
    for offset in sorted(range(-MAX_EXPLAINED_STEPS, MAX_EXPLAINED_STEPS + 1), key=abs):
        if hmac.compare_digest(app.generate_otp(step + offset).encode(), code.encode()):
            return step + offset
    return None


def is_in_time(step: int) -> bool:
    return abs(step - current_step()) <= ACCEPTED_STEPS


def rejection_reason(step: int) -> str:
    """Return why a code of that step is not accepted."""
    seconds = (step - current_step()) * STEP_SECONDS
    span = pluralize(max(1, round(abs(seconds) / 60)), "minute")
    when, error = (f"{span} ahead", "fast") if seconds > 0 else (f"{span} old", "slow")
    return (
        f"That code is {when}. If it's the newest, your phone's clock is {span} {error}. Turn "
        "on automatic time and try again."
    )
