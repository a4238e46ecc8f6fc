"""Prove one's identity again, for sensitive actions. See `carafe.auth.reauthentication`."""

from dataclasses import dataclass

from flask_login import current_user
from sqlalchemy import func, select

from carafe.auth import interrupted_forms, reauthentication, recovery_codes, two_factor
from carafe.auth.accounts.authentication import NextStep
from carafe.auth.accounts.errors import FieldError
from carafe.auth.models import RecoveryCode, Session, Totp
from carafe.auth.models.totp import InvalidCodeError
from carafe.auth.sessions import set_session_token
from carafe.auth.users import user_model
from carafe.database import db, read_transaction


@dataclass(frozen=True)
class ProofMethods:
    """How the current user can prove their identity, besides passkeys and providers."""

    password: bool
    app: bool
    codes: bool


def proof_methods() -> ProofMethods:
    """Return how the current user can prove their identity."""
    has_app, has_codes = (
        select(model.user_id).where(model.user_id == current_user.id).exists()
        for model in (Totp, RecoveryCode)
    )
    query = select(func.length(user_model().password_hash), has_app, has_codes)
    with read_transaction():
        row = db.session.execute(query.where(user_model().id == current_user.id)).first()
    return ProofMethods(*map(bool, row or (False, False, False)))


def prove_with_password(password: str, next: str | None) -> NextStep:
    """Record that the current user proved their identity with their password.

    Raise `FieldError` for a wrong one, and `LimitReachedError` (429) after too many in this
    session. `next` is the page that asked for the proof, and may continue an interrupted form. The
    session gets a new token, so that a copied cookie doesn't gain the proof.
    """
    if not reauthentication.verify_password(password):
        raise FieldError("password", "Wrong password.")
    return record_proof("password", next)


def prove_with_code(code: str, next: str | None) -> NextStep:
    """Record that the current user proved their identity with a code (of their app, or recovery).

    Raise `FieldError` for a wrong code, and `LimitReachedError` (429) after too many. The attempt
    counts before the code is checked, and is refunded once the proof is committed.
    """
    with read_transaction():
        user = current_user.user
    attempt = two_factor.count_attempt(user)
    typed = recovery_codes.read(user.id, code)
    user = current_user.user
    try:
        method = two_factor.use_code(user, typed)
    except InvalidCodeError as error:
        db.session.commit()
        raise FieldError("code", str(error)) from None
    step = record_proof(method, next)
    attempt.refund()
    return step


def record_proof(method: str, next: str | None) -> NextStep:
    """Record a proof in the current session, release the form that waited for it, and commit."""
    session = db.session.get(Session, current_user.session_id)
    if session is None:  # the session ended in the meantime
        return NextStep.LOG_IN
    set_session_token(session.mark_fresh(method))
    interrupted_forms.release(next)
    db.session.commit()
    return NextStep.LOGGED_IN
