"""Passkeys: log in, pass the second factor, and prove one's identity with them; manage them.

For each, the browser fetches options, and submits its authenticator's response in a form.
"""

from collections.abc import Sequence
from datetime import datetime

from flask import abort
from flask_login import current_user
from sqlalchemy import Row, select

from carafe.auth import passkeys as ceremonies
from carafe.auth import recovery_codes, two_factor
from carafe.auth.accounts.authentication import NextStep
from carafe.auth.accounts.identity_proof import record_proof
from carafe.auth.accounts.second_factor import expire, find_challenged, pass_challenge
from carafe.auth.models import Passkey, UserMixin
from carafe.auth.models.passkey import MAX_PASSKEYS
from carafe.auth.passkeys import LOGIN, REAUTHENTICATION, SECOND_FACTOR, PasskeyError
from carafe.auth.sessions import end_other_sessions, log_in_user
from carafe.database import db, read_transaction


def passkey_login_options() -> dict[str, object]:
    """Return the arguments of `navigator.credentials.get()` for a login, equal for all visitors."""
    return ceremonies.request_options(LOGIN)


def log_in_with_passkey(*, remember: bool) -> None:
    """Log in with a passkey and its user's fingerprint or PIN, which are both factors.

    Raise `PasskeyError`.
    """
    try:
        user = ceremonies.authenticate(LOGIN)
    except PasskeyError:
        db.session.commit()
        raise
    log_in_user(user, remembered=remember)
    db.session.commit()


def passkey_second_factor_options() -> dict[str, object]:
    """Return the arguments of `navigator.credentials.get()` for the challenged user, or 403."""
    with read_transaction():
        user = find_challenged()
        if user is None:
            abort(403, "Log in again to continue.")
        return ceremonies.request_options(SECOND_FACTOR, Passkey.credential_ids(user.id))


def log_in_with_second_passkey(user: UserMixin) -> None:
    """Log in the challenged user with a passkey. Raise `PasskeyError` or `LoginExpiredError`."""
    try:
        ceremonies.authenticate(SECOND_FACTOR, user.id)
    except PasskeyError:
        db.session.commit()
        raise
    passed = pass_challenge()
    db.session.commit()
    if not passed:
        expire()


def passkey_proof_options() -> dict[str, object]:
    """Return the arguments of `navigator.credentials.get()` for the current user."""
    with read_transaction():
        return ceremonies.request_options(REAUTHENTICATION, Passkey.credential_ids(current_user.id))


def prove_with_passkey(next: str | None) -> NextStep:
    """Record that the current user proved their identity with a passkey. Raise `PasskeyError`.

    `next` is the page that asked for the proof: see `prove_with_password`.
    """
    try:
        ceremonies.authenticate(REAUTHENTICATION, current_user.id)
    except PasskeyError:
        db.session.commit()
        raise
    return record_proof("passkey", next)


def list_passkeys() -> Sequence[Row[int, str, datetime, datetime | None]]:
    """Return the current user's passkeys, newest first: rows of ID, name, and two times."""
    return db.session.execute(
        select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.last_used_at)
        .where(Passkey.user_id == current_user.id)
        .order_by(Passkey.created_at.desc(), Passkey.id.desc())
    ).all()


def find_passkey(id: int) -> Passkey:
    """Return a passkey of the current user; 404 for others."""
    passkey = db.session.get(Passkey, id)
    if passkey is None or passkey.user_id != current_user.id:
        abort(404)
    return passkey


def may_add_passkey() -> bool:
    """Return whether the current user can add another passkey."""
    return Passkey.count(current_user.id) < MAX_PASSKEYS


def passkey_creation_options() -> dict[str, object]:
    """Return the arguments of `navigator.credentials.create()` for the current user."""
    return ceremonies.creation_options(current_user.user)


def add_passkey(name: str) -> list[str]:
    """Add the submitted passkey to the current user's account, and log out their other devices.

    Return recovery codes to show if it is the first second factor. Raise `PasskeyError`. Requires a
    confirmed address: otherwise, someone who signs up with another person's address and adds a
    passkey could still log in after the owner took over the account ("pre-hijacking").
    """
    prepared = recovery_codes.prepare(current_user.id)
    user = current_user.user
    try:
        ceremonies.register(user, name)
    except PasskeyError:
        db.session.rollback()
        raise
    codes = recovery_codes.give_first(user, prepared)
    end_other_sessions(user)
    db.session.commit()
    return codes


def rename_passkey(id: int, name: str) -> None:
    """Rename a passkey of the current user; 404 for others."""
    find_passkey(id).rename(name)
    db.session.commit()


def remove_passkey(id: int) -> None:
    """Remove a passkey of the current user, and log out their other devices.

    Respond with 404 for other users' passkeys, and with 409 if it is the last second factor of a
    user who needs one. The user's row is locked first, so that parallel removals see each other's
    result.
    """
    user = current_user.user
    passkey = find_passkey(id)
    if two_factor.is_last_required(user):
        abort(409, two_factor.LAST_FACTOR_MESSAGE)
    passkey.remove(user)
    end_other_sessions(user)
    two_factor.delete_codes_without_factor(user)
    db.session.commit()
