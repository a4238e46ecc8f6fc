"""Users: look at, edit, suspend, reinstate, end sessions, delete. Each change is audited."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import func, select

from app.admin import models
from app.admin.forms import UserForm
from app.admin.views import blueprint
from app.audit import AuditEvent
from app.auth import second_factors
from app.auth.access import permission_required, proof_required
from app.auth.devices import describe
from app.auth.models import Passkey, Session, Totp, User
from app.auth.roles import ROLES, within
from app.core.database import db
from app.core.time import now

HISTORY = 20


@blueprint.get("/users/<int:id>")
@permission_required("users.read")
def user(id: int) -> Any:
    return _page(id)


@blueprint.post("/users/<int:id>")
@permission_required("users.edit")
@proof_required
def save_user(id: int) -> Any:
    found, form = _find(id), UserForm()
    if not form.validate():
        return _page(id, form), 422
    if not within(form.role.data, current_user.role):
        abort(403, "You cannot give permissions that you do not have.")
    if form.name.data is not None:
        found.rename(form.name.data)
    found.change_role(form.role.data)
    return _done(found, "The user is saved.")


@blueprint.post("/users/<int:id>/suspension")
@permission_required("users.edit")
@proof_required
def suspend(id: int) -> Any:
    found = _find(id)
    found.suspend()
    return _done(found, "The user is suspended and logged out everywhere.")


@blueprint.post("/users/<int:id>/suspension/delete")
@permission_required("users.edit")
@proof_required
def reinstate(id: int) -> Any:
    found = _find(id)
    found.reinstate()
    return _done(found, "The user can log in again.")


@blueprint.post("/users/<int:id>/sessions/delete")
@permission_required("users.edit")
@proof_required
def end_sessions(id: int) -> Any:
    found = _find(id)
    found.log_out_everywhere()
    return _done(found, "The user is logged out everywhere.")


@blueprint.post("/users/<int:id>/second-factors/delete")
@permission_required("users.edit")
@proof_required
def remove_second_factors(id: int) -> Any:
    found = _find(id)
    second_factors.remove_all(found)
    return _done(found, "The user's second factors are removed.")


@blueprint.post("/users/<int:id>/delete")
@permission_required("users.delete")
@proof_required
def delete(id: int) -> Any:
    found = _find(id)
    found.delete()
    db.session.commit()
    flash(f"{found.email} is deleted.", "success")
    return redirect(url_for("admin.users"), 303)


def _find(id: int) -> User:
    """The user to be changed, by somebody who may."""
    user = db.session.get(User, id, with_for_update=True) or abort(404)
    if refusal := _refusal(user):
        abort(403, refusal)
    return user


def _refusal(user: User) -> str | None:
    """Why the one signed in, who may change users, may not change this one."""
    return models.refusal(user, current_user)


def _done(user: User, message: str) -> Any:
    db.session.commit()
    flash(message, "success")
    return redirect(url_for("admin.user", id=user.id), 303)


def _page(id: int, form: UserForm | None = None) -> str:
    # The user and the sessions in one query.
    sessions = select(
        User, Session.agent, Session.address, Session.last_seen_at,
        select(Totp.user_id).where(Totp.user_id == User.id).scalar_subquery().label("app"),
        select(func.count(Passkey.id)).where(Passkey.user_id == User.id).scalar_subquery()
        .label("passkeys"),
    )  # fmt: skip
    rows = db.session.execute(
        sessions.outerjoin(Session, (Session.user_id == User.id) & (Session.expires_at > now()))
        .where(User.id == id)
        .order_by(Session.last_seen_at.desc())
        .limit(HISTORY)
    ).all() or abort(404)
    user = rows[0].User
    history = select(AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.details)
    return render_template(
        "admin/user.html",
        user=user,
        form=form or UserForm(formdata=None, obj=user),
        roles=ROLES,
        given={role: label for role, label in ROLES.items() if within(role, current_user.role)},
        refusal=_refusal(user),
        app=rows[0].app,
        passkeys=rows[0].passkeys,
        sessions=[(describe(agent), address, seen) for _, agent, address, seen, *_ in rows if seen],
        history=db.session.execute(
            history.where(AuditEvent.subject == user.subject)
            .order_by(AuditEvent.id.desc())
            .limit(HISTORY)
        ).all(),
    )
