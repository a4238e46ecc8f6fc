"""Setting up and removing the current user's authenticator app, and renewing recovery codes.

Setting one up is for confirmed addresses, as `add_passkey` is.
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
    """A secret that waits for a code of the app that will have it."""

    secret: str
    uri: str

    @property
    def qr_code(self) -> Markup:
        """Return the `uri` as an SVG image, for cameras."""
        import segno

        # Black on white in dark mode, too: many cameras can't read inverted codes.
        code = segno.make(self.uri, error="m")
        svg = code.svg_inline(light="#fff", dark="#000", omitsize=True)
        return Markup(svg)  # noqa: S704  # nosec B704: it has nothing but the modules of the code

    @property
    def groups(self) -> list[str]:
        """Return the secret in groups of four characters, for typing."""
        return [self.secret[at : at + 4] for at in range(0, len(self.secret), 4)]


class NoSetupError(Exception):
    """No set-up of an authenticator app is under way in this browser, or it took too long."""


def begin_totp_setup() -> None:
    """Choose a secret for an authenticator app, unless this browser's set-up has one."""
    totp_enrollment.start(current_user.id)
    db.session.commit()


def pending_totp_setup() -> TotpSetup:
    """Return the set-up that waits for a code of the app. Raises `NoSetupError`."""
    secret = totp_enrollment.pending(current_user.id)
    if secret is None:
        raise NoSetupError
    return TotpSetup(secret, totp.uri(secret, current_user.email))


def add_totp(code: str) -> list[str]:
    """Add the app whose code proves that it has the pending secret; log out other devices.

    Return recovery codes to show, if it is the first factor beside the password. Raises
    `FieldError` for a wrong code, and `NoSetupError`. It replaces the app that the user had.
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

    404 if they have none, and 409 for the last second factor of a user who needs one. The user's
    row is locked first, so that of two removals at once the second sees what the first left.
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
    """Replace the current user's recovery codes, and return the new ones; [] without a factor."""
    generated = RecoveryCode.generate()
    user = current_user.user
    if not user.has_second_factor:
        return []
    codes = recovery_codes.renew(user, generated)
    db.session.commit()
    return codes
