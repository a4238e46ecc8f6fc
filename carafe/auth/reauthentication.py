"""A recent proof of identity, for what a session thief must not do.

Without one, users are redirected to the page `reauthenticate`. A submitted form continues after it:
see `interrupted_forms`.
"""

from datetime import timedelta

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from carafe.auth import interrupted_forms, pages, passwords
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.database.transactions import SAFE_METHODS
from carafe.observability import security_events
from carafe.security.rate_limits import RateLimit
from carafe.security.refusals import refuse
from carafe.web.errors import wants_json
from carafe.web.htmx import lead_to
from carafe.web.urls import return_path

REAUTH_FAILURES = RateLimit("proof", 10, timedelta(minutes=15))


def require_fresh_login() -> ResponseReturnValue:
    """Redirect users without a recent proof to the page that asks for one."""
    if wants_json():
        refuse(403, "access.denied", "no_recent_proof", "Confirm it's you first.")
    interrupted_forms.drop()
    next = return_path()
    if request.method not in SAFE_METHODS:
        page = interrupted_forms.keep_for_proof()
        db.session.commit()
        if page is None:
            flash("We couldn't save your form. Submit it again after you confirm.", "info")
        next = page or next
    return lead_to(pages.path("reauthenticate", next=next), 403)


def verify_password(password: str) -> str | None:
    """Return the current user's password hash if this is their password; 429 after too many."""
    # Per session: a thief who guesses in one doesn't keep the owner from a proof in another.
    session = str(current_user.session_id)
    REAUTH_FAILURES.spend(session)
    with read_transaction():
        model = user_model()
        query = select(model.password_hash).where(model.id == current_user.id)
        known_hash = db.session.scalar(query)
    if not passwords.verify(known_hash, password):
        security_events.report("proof.failed", "wrong_password")
        return None
    REAUTH_FAILURES.refund(session)
    return known_hash
