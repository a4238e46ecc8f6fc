"""Second factors: an authenticator app, passkeys, and recovery codes."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import ColumnElement, Row, ScalarSelect, delete, func, or_, select

from carafe import mail
from carafe.audit import record
from carafe.auth import device_cookie, pages
from carafe.auth.models import Passkey, RecoveryCode, Token, Totp, UserMixin
from carafe.auth.models.token import LOGIN_CHALLENGE
from carafe.auth.models.totp import InvalidCodeError
from carafe.auth.permissions import permissions
from carafe.auth.recovery_codes import TypedCode
from carafe.auth.users import user_model
from carafe.database import AnyRow, db
from carafe.observability import security_events
from carafe.security.rate_limits import Attempt, LimitReachedError, RateLimit, client_key
from carafe.time import now
from carafe.web.urls import public_url

if TYPE_CHECKING:
    from carafe.auth.identity import Identity

# Three in a million guesses are right, so with 5 in 15 minutes, the odds are 1 in 700 per day.
ATTEMPTS = RateLimit("code", 5, timedelta(minutes=15))
ATTEMPTS_BY_CLIENT = RateLimit("code:client", 20, timedelta(minutes=15))
# Across all browsers in which the user has logged in before. A thief of the password may have
# created many of them while there was no second factor.
ATTEMPTS_BY_DEVICES = RateLimit("code:devices", 10, timedelta(minutes=15))
WARNINGS = RateLimit("code:warning", 1, timedelta(days=1))

CHUNK = 500  # others wait for about 50 ms in the meantime

LAST_FACTOR_MESSAGE = (
    "Two-factor authentication is required for your account. Add another method before removing "
    "this one."
)


def factors_of(user_id: int) -> Row[datetime | None, int, int]:
    """Return `app_since`, a time or None, and the numbers of passkeys and codes, in one query."""

    def number(model: type[Passkey | RecoveryCode]) -> ScalarSelect[int]:
        query = select(func.count()).select_from(model).where(model.user_id == user_id)
        return query.scalar_subquery()

    app_since = select(Totp.created_at).where(Totp.user_id == user_id).scalar_subquery()
    return db.session.execute(
        select(
            app_since.label("app_since"),
            number(Passkey).label("passkeys"),
            number(RecoveryCode).label("codes"),
        )
    ).one()


def is_set_up(user: type[UserMixin]) -> ColumnElement[bool]:
    """Return the condition that a user has an authenticator app or a passkey."""
    factors = [select(m.user_id).where(m.user_id == user.id).exists() for m in (Totp, Passkey)]
    return or_(*factors)


def count_attempt(user: UserMixin) -> Attempt:
    """Count an attempt with a code before it is checked; return what to refund if it is right.

    Raise `LimitReachedError` after too many, and warn the user.
    """
    attempt = _attempt(user)
    try:
        attempt.spend()
    except LimitReachedError as error:
        by_account = {ATTEMPTS.name, ATTEMPTS_BY_DEVICES.name}
        if by_account.intersection(error.limits) and WARNINGS.take(str(user.id)):
            _notify(user, "codes_guessed")
            record("two_factor.blocked", user.subject, actor=user.email)
            db.session.commit()
        raise
    return attempt


def _attempt(user: UserMixin) -> Attempt:
    account = str(user.id)
    everyone = [*ATTEMPTS_BY_CLIENT.counters(client_key()), *ATTEMPTS.counters(account)]
    # Anyone with the password must not lock the owner out, too.
    if device := device_cookie.recognize(user):
        devices = ATTEMPTS_BY_DEVICES.counters(account)
        return Attempt([*ATTEMPTS.counters(account, device), *devices], also=everyone)
    return Attempt(everyone)


def use_code(user: UserMixin, code: TypedCode) -> str:
    """Use up a code of the user's app, or a recovery code, and return which it was.

    Raise `InvalidCodeError`; commit then, too. The user's row has to be locked.
    """
    try:
        if not code.is_from_app:
            if code.recovery_hash and RecoveryCode.consume(user, code.recovery_hash):
                return "recovery code"
            raise InvalidCodeError(
                "That code isn't valid. Enter a current code from your app, or an unused recovery "
                "code."
            )
        app = Totp.for_user(user.id)
        if app is None:
            raise InvalidCodeError("No authenticator app is set up. Use a recovery code.")
        app.verify(code.text)
        return "totp"
    except InvalidCodeError:
        record("two_factor.failed", user.subject, actor=user.email)
        security_events.report("second_factor.failed", "wrong_code", user.subject)
        raise


def delete_codes_without_factor(user: UserMixin) -> None:
    """Delete recovery codes and pending logins after the last factor was removed."""
    db.session.flush()
    if not user.has_second_factor:
        RecoveryCode.delete_all(user)
        Token.revoke(user.id, LOGIN_CHALLENGE)


def remove_all(user: UserMixin) -> None:
    """Remove all factors of someone who lost them, so that the password is enough again."""
    for model in (Totp, Passkey):
        db.session.execute(delete(model).where(model.user_id == user.id))
    delete_codes_without_factor(user)
    record("two_factor.disabled", user.subject)
    _notify(user, "second_factors_removed")


def rotate_secrets() -> tuple[int, list[str]]:
    """Encrypt secrets with the newest key, in small transactions; return how many, and failures."""
    count, lost, last = 0, [], 0
    while True:
        renewed, failed = Totp.renew_secrets(last, CHUNK)
        db.session.commit()
        count, last = count + len(renewed), max([*renewed, *failed], default=0)
        lost += failed
        if not last:
            break
    model = user_model()
    emails = db.session.scalars(select(model.email).where(model.id.in_(lost)).order_by(model.id))
    return count, list(emails)


def require(user: UserMixin) -> None:
    """Require a second factor: without one, the user can only set one up, in all sessions."""
    if user.second_factor_required_at is None:
        user.second_factor_required_at = now()
        record("two_factor.required", user.subject)
        _notify(user, "second_factor_required", current_app.config["TWO_FACTOR_URL"])


def stop_requiring(user: UserMixin) -> None:
    """Make the second factor optional again."""
    if user.second_factor_required_at is not None:
        user.second_factor_required_at = None
        record("two_factor.optional", user.subject)


def is_required(user: "UserMixin | AnyRow | Identity") -> bool:
    """Return whether this user needs a second factor, because of their role or an admin."""
    by_role = current_app.config["REQUIRE_SECOND_FACTOR"] and permissions(user.role)
    return bool(by_role or user.second_factor_required_at)


def is_last_required(user: UserMixin) -> bool:
    """Return whether the user has only one second factor and can't remove it."""
    has = factors_of(user.id)
    return has.passkeys + bool(has.app_since) == 1 and is_required(user)


def _notify(user: UserMixin, what: str, path: str = "") -> None:
    url = public_url(path) if path else pages.url("reset")
    mail.send(user.email, f"auth/emails/{what}", user=user, url=url)
