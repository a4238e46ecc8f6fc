"""Recovery codes: generated with the first second factor, renewed, and checked."""

from typing import NamedTuple

from carafe import mail
from carafe.auth import pages, totp
from carafe.auth.models import RecoveryCode, UserMixin
from carafe.auth.models.recovery_code import GeneratedCodes
from carafe.database import read_transaction


class TypedCode(NamedTuple):
    """A typed code: one of an app, or possibly a recovery code, whose hash was looked up."""

    text: str
    is_from_app: bool
    recovery_hash: bytes | None


def read(user_id: int, typed: str) -> TypedCode:
    """Return which code was typed. It may take as long as ten logins: call it before you lock."""
    text = totp.normalize_code(typed)
    if len(text) == totp.DIGITS and text.isdigit():
        return TypedCode(text, True, None)
    return TypedCode(text, False, RecoveryCode.match(user_id, text))


def prepare(user_id: int) -> GeneratedCodes | None:
    """Generate the codes of a user who has none. Call it before you lock, then `give_first`."""
    with read_transaction():
        has_codes = RecoveryCode.count(user_id)
    return None if has_codes else RecoveryCode.generate()


def give_first(user: UserMixin, prepared: GeneratedCodes | None = None) -> list[str]:
    """Store the first codes of a user who added a factor, and return them; [] if there are some."""
    if RecoveryCode.count(user.id):
        return []
    return RecoveryCode.replace(user, prepared or RecoveryCode.generate())


def renew(user: UserMixin, generated: GeneratedCodes) -> list[str]:
    """Replace the user's codes, notify them by email, and return the new codes."""
    url = pages.url("reset")
    mail.send(user.email, "auth/emails/recovery_codes_renewed", user=user, url=url)
    return RecoveryCode.replace(user, generated)
