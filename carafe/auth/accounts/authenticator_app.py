"""Set up and remove the current user's authenticator app, and renew recovery codes.

Setting one up requires a confirmed address, like `add_passkey`.
"""

from dataclasses import dataclass

from flask import abort
from flask_login import current_user
from markupsafe import Markup

from carafe.auth import recovery_codes, totp, totp_enrollment, two_factor
from carafe.auth.accounts.errors import FieldError
from carafe.auth.models import RecoveryCode, Totp
from carafe.auth.sessions import end_other_sessions
from carafe.database import db

WRONG = "That code isn't right. Enter the one your app shows now for this account."


@dataclass(frozen=True)
class TotpSetup:
    """A secret that isn't confirmed by a code of the app yet."""

    secret: str
    uri: str

    @property
    def qr_code(self) -> Markup:
        """Return the `uri` as an SVG image, for cameras."""
        import segno

        # Black on white in dark mode, too, because many cameras can't read inverted codes.
        code = segno.make(self.uri, error="m")
        svg = code.svg_inline(light="#fff", dark="#000", omitsize=True)
        return Markup(svg)  # noqa: S704  # nosec B704: it has nothing but the modules of the code

    @property
    def groups(self) -> list[str]:
        """Return the secret in groups of four characters, for typing."""
        return [self.secret[at : at + 4] for at in range(0, len(self.secret), 4)]


class NoSetupError(Exception):
    """This browser has no pending setup of an authenticator app, or it has expired."""


def begin_totp_setup() -> None:
    """Generate a secret for an authenticator app, unless this browser has a pending setup."""
    totp_enrollment.start(current_user.id)
    db.session.commit()


def pending_totp_setup() -> TotpSetup:
    """Return this browser's pending setup, or raise `NoSetupError`."""
    secret = totp_enrollment.pending(current_user.id)
    if secret is None:
        raise NoSetupError
    return TotpSetup(secret, totp.uri(secret, current_user.email))


def add_totp(code: str) -> list[str]:
    """Add the app whose code matches the pending secret, and log out other devices.

    It replaces an earlier app. Return recovery codes to show if it is the first second factor.
    Raise `FieldError` for a wrong code, and `NoSetupError`.
    """
    prepared = recovery_codes.prepare(current_user.id)
    user = current_user.user
    secret = pending_totp_setup().secret
    step = totp.match(secret, totp.normalize_code(code))
    if step is None or not totp.is_in_time(step):
        raise FieldError("code", totp.rejection_reason(step) if step else WRONG)
    Totp.enroll(user, secret, step)
    end_other_sessions(user)
    codes = recovery_codes.give_first(user, prepared)
    totp_enrollment.end()
    db.session.commit()
    return codes


def remove_totp() -> None:
    """Remove the current user's app, and log out their other devices.

    Respond with 404 if they have none, and with 409 if it is their last second factor and they need
    one. The user's row is locked first, so that parallel removals see each other's result.
    """
    user = current_user.user
    app = Totp.for_user(user.id) or abort(404)
    if two_factor.is_last_required(user):
        abort(409, two_factor.LAST_FACTOR_MESSAGE)
    app.remove(user)
    end_other_sessions(user)
    two_factor.delete_codes_without_factor(user)
    db.session.commit()


def renew_recovery_codes() -> list[str]:
    """Replace the current user's recovery codes and return the new ones; [] without a factor."""
    generated = RecoveryCode.generate()
    user = current_user.user
    if not user.has_second_factor:
        return []
    codes = recovery_codes.renew(user, generated)
    db.session.commit()
    return codes
