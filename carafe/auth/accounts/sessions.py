"""The devices on which the current user is logged in, or, for admins, any user."""

from datetime import datetime
from typing import NamedTuple

from flask import abort
from flask_login import current_user
from sqlalchemy import func, select

from carafe.auth.models import Passkey, Session, Totp
from carafe.auth.sessions import renew_session
from carafe.auth.user_agents import device_label
from carafe.auth.users import user_model
from carafe.database import db


class Device(NamedTuple):
    """A browser in which the current user is logged in. `id` is its session's."""

    id: int
    name: str
    address: str
    last_seen_at: datetime


class AccessSummary(NamedTuple):
    """How a user can log in: their devices and second factors."""

    devices: list[Device]
    has_authenticator_app: bool
    passkeys: int


def list_devices() -> list[Device]:
    """Return the devices on which the current user is logged in, most recent first."""
    rows = db.session.execute(
        select(Session.id, Session.agent, Session.address, Session.last_seen_at)
        .where(Session.works_for(current_user.id))
        .order_by(Session.last_seen_at.desc(), Session.id.desc())
    )
    return [Device(id, device_label(agent), address, seen) for id, agent, address, seen in rows]


def summarize_access(user_id: int) -> AccessSummary:
    """Return the devices and second factors of any user, read with one query."""
    user = user_model()
    passkeys = select(func.count(Passkey.id)).where(Passkey.user_id == user.id)
    totp = select(Totp.user_id).where(Totp.user_id == user.id)
    rows = db.session.execute(
        select(
            Session.id,
            Session.agent,
            Session.address,
            Session.last_seen_at,
            totp.scalar_subquery().label("totp"),
            passkeys.scalar_subquery().label("passkeys"),
        )
        .select_from(user)
        .outerjoin(Session, Session.works_for(user.id))
        .where(user.id == user_id)
        .order_by(Session.last_seen_at.desc(), Session.id.desc())
    ).all()
    devices = [
        Device(row.id, device_label(row.agent), row.address, row.last_seen_at)
        for row in rows
        if row.id is not None
    ]
    return AccessSummary(devices, rows[0].totp is not None, rows[0].passkeys)


def end_session(id: int) -> None:
    """End a session of the current user; 404 for others."""
    session = db.session.get(Session, id)
    if session is None or session.user_id != current_user.id:
        abort(404)
    session.end()
    db.session.commit()


def end_other_sessions() -> None:
    """End all other sessions of the current user, and copies of this one, with a new token."""
    current_user.user.log_out_everywhere(keep=current_user.session_id)
    renew_session()
    db.session.commit()
