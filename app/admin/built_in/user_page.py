"""The page about a user: who may change whom, how, and what is shown beside the form."""

from collections.abc import Mapping
from typing import Any

from flask import abort
from flask_login import current_user
from sqlalchemy import func, select

from app.admin.forms import UserForm
from app.auth.devices import describe
from app.auth.models import Passkey, Session, Totp, User
from app.auth.permissions import within
from app.auth.roles import ROLES
from app.core.database import db


def refusal(user: User, by: Any) -> str | None:
    """Why somebody who may change users may not change this one."""
    if user.id == by.id:
        # What one does to oneself has its safeguards under /account, such as the grace period.
        return "This is your own account. Change it on its own pages, or ask another administrator."
    if not within(user.role, by.role):
        return "This user has permissions that you do not have."
    return None


def save(user: User, form: UserForm) -> None:
    if not within(form.role.data, current_user.role):
        abort(403, "You cannot give permissions that you do not have.")
    user.rename(form.name.data)
    user.change_role(form.role.data)


def context(user: User) -> Mapping[str, Any]:
    """Sessions and second factors in one query, and the roles that can be given."""
    factors = (
        select(Totp.user_id).where(Totp.user_id == User.id).scalar_subquery().label("app"),
        select(func.count(Passkey.id))
        .where(Passkey.user_id == User.id)
        .scalar_subquery()
        .label("passkeys"),
    )
    rows = db.session.execute(
        select(Session.agent, Session.address, Session.last_seen_at, *factors)
        .select_from(User)
        .outerjoin(Session, Session.works_for(User.id))
        .where(User.id == user.id)
        .order_by(Session.last_seen_at.desc(), Session.id.desc())
    ).all()
    return {
        "roles": ROLES,
        "given": {role: label for role, label in ROLES.items() if within(role, current_user.role)},
        "app": rows[0].app,
        "passkeys": rows[0].passkeys,
        "sessions": [(describe(agent), address, seen) for agent, address, seen, *_ in rows if seen],
    }
