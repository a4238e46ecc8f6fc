"""A recent proof of identity, for what a thief of a session must not do.

Whoever lacks one is led to `/auth/reauthenticate`. A form that they sent is kept meanwhile with
their session, encrypted, and goes on after the proof.
"""

import json
from datetime import timedelta

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select, update

from app.auth import passwords
from app.auth.models import Session, User
from app.core.database import READING_METHODS, db, reading
from app.core.errors import wants_json
from app.core.urls import wanted
from app.security import keyring
from app.security.csrf import FIELD as CSRF_FIELD
from app.security.limits import Limit

FAILURES = Limit("proof", 10, timedelta(minutes=15))

PURPOSE = "interrupted form"
KEPT_BYTES = 64 * 1024


def ask() -> ResponseReturnValue:
    """What somebody without a recent proof gets: the page that asks for one."""
    if wants_json():
        abort(403, "Confirm that it is you first.")
    if request.method not in READING_METHODS:
        _keep()
    return redirect(url_for("auth.reauthenticate", next=wanted()), 303)


def _keep() -> None:
    fields = [(k, v) for k, v in request.form.items(multi=True) if k != CSRF_FIELD]
    form = json.dumps({"path": request.full_path.rstrip("?"), "fields": fields}).encode()
    session = db.session.get(Session, current_user.session_id)
    if session and len(form) <= KEPT_BYTES and not request.files:
        session.interrupted = keyring.encrypt(form, PURPOSE)
        db.session.commit()


def interrupted() -> tuple[str, list[tuple[str, str]]] | None:
    """Path and fields of the form that was kept, or None."""
    session = db.session.get(Session, current_user.session_id)
    if session is None or session.interrupted is None:
        return None
    try:
        form = json.loads(keyring.decrypt(session.interrupted, PURPOSE))
    except ValueError:
        return None
    return form["path"], form["fields"]


def forget() -> None:
    """Drop the form that was kept: it, or another, is carried out in this transaction."""
    db.session.execute(
        update(Session)
        .where(Session.id == current_user.session_id, Session.interrupted.is_not(None))
        .values(interrupted=None)
    )


def verify_password(password: str) -> str | None:
    """The hash of the password of the one signed in, if this is it; 429 after too many others."""
    FAILURES.spend(current_user.email)
    with reading():
        known_hash = db.session.scalar(select(User.password_hash).where(User.id == current_user.id))
    if not passwords.verify(known_hash, password):
        return None
    FAILURES.refund(current_user.email)
    return known_hash
