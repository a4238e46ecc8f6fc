"""Deleting an account, 14 days after its owner asked for it; and what else has had its time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from sqlalchemy import delete, select

from app import mail
from app.audit import record
from app.auth.models import Invitation, Session, Token, User
from app.auth.models.token import EMAIL_CHANGE
from app.core.database import db, reading
from app.core.time import now
from app.core.urls import public_url

GRACE_PERIOD = timedelta(days=14)
# Rows deleted in one transaction: others, who wait meanwhile, do so for a few milliseconds.
CHUNK = 500


def schedule(user: User) -> datetime:
    """Have the account deleted when the grace period is over, unless its owner signs in before.

    Raises `LastAdminError`.
    """
    user.leave_an_admin()
    user.deletes_at = deletes_at = now() + GRACE_PERIOD
    user.end_sessions()
    Token.void(user.id, EMAIL_CHANGE)
    record("user.deletion_requested", user.subject, actor=user.email)
    url = public_url(url_for("auth.login"))
    mail.send(user.email, "auth/emails/deletion_requested", user=user, login_url=url)
    return deletes_at


def cancel(user: User) -> bool:
    """Keep the account after all; whether it was to be deleted."""
    if user.deletes_at is None:
        return False
    user.deletes_at = None
    record("user.deletion_cancelled", user.subject, actor=user.email)
    url = public_url(url_for("auth.reset"))
    mail.send(user.email, "auth/emails/deletion_cancelled", user=user, reset_url=url)
    return True


def due() -> list[int]:
    """Ids of the accounts whose time has come."""
    with reading():
        return list(db.session.scalars(select(User.id).where(User.deletes_at <= now())))


def delete_due(id: int) -> bool:
    """Delete an account whose time has come; False if its owner signed in meanwhile."""
    user = db.session.get(User, id, with_for_update=True, populate_existing=True)
    if user is None or user.deletes_at is None or user.deletes_at > now():
        db.session.rollback()
        return False
    user.delete()
    db.session.commit()
    return True


def delete_expired(model: Any) -> int:
    """Delete the sessions, tokens or invitations that are over; how many."""
    return sum(_chunks(model))


def _chunks(model: Any) -> Iterator[int]:
    over = select(model.id).where(model.expires_at <= now()).limit(CHUNK)
    while True:
        ids = db.session.scalars(delete(model).where(model.id.in_(over)).returning(model.id)).all()
        db.session.commit()
        yield len(ids)
        if len(ids) < CHUNK:
            return


EXPIRING = {"sessions": Session, "links": Token, "invitations": Invitation}
