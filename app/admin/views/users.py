"""What can be done to a user beside editing them. Each change is audited."""

from typing import Any

from flask import abort, flash, redirect, url_for
from flask_login import current_user

from app.admin.built_in.user_page import refusal
from app.admin.views import blueprint
from app.auth import second_factors
from app.auth.access import permission_required, proof_required
from app.auth.models import User
from app.core.database import db
from app.core.routing import effect


@blueprint.post("/users/<int:id>/suspension")
@permission_required("users.edit", "users.read")
@proof_required
@effect("this user will be suspended")
def suspend(id: int) -> Any:
    found = _find(id)
    found.suspend()
    return _done(found, "The user is suspended and logged out everywhere.")


@blueprint.post("/users/<int:id>/suspension/delete")
@permission_required("users.edit", "users.read")
@proof_required
@effect("this user will be reinstated")
def reinstate(id: int) -> Any:
    found = _find(id)
    found.reinstate()
    return _done(found, "The user can log in again.")


@blueprint.post("/users/<int:id>/sessions/delete")
@permission_required("users.edit", "users.read")
@proof_required
@effect("this user will be logged out everywhere")
def end_sessions(id: int) -> Any:
    found = _find(id)
    found.log_out_everywhere()
    return _done(found, "The user is logged out everywhere.")


@blueprint.post("/users/<int:id>/second-factors/delete")
@permission_required("users.edit", "users.read")
@proof_required
@effect("this user's second factors will be removed")
def remove_second_factors(id: int) -> Any:
    found = _find(id)
    second_factors.remove_all(found)
    return _done(found, "The user's second factors are removed.")


@blueprint.post("/users/<int:id>/second-factor-requirement")
@permission_required("users.edit", "users.read")
@proof_required
@effect("this user will have to set up a second factor")
def require_second_factor(id: int) -> Any:
    found = _find(id)
    second_factors.require(found)
    return _done(found, "The user needs a second factor now.")


@blueprint.post("/users/<int:id>/second-factor-requirement/delete")
@permission_required("users.edit", "users.read")
@proof_required
@effect("this user will no longer need a second factor")
def waive_second_factor(id: int) -> Any:
    found = _find(id)
    second_factors.waive(found)
    return _done(found, "The user may do without a second factor.")


def _find(id: int) -> User:
    """The user to be changed, by somebody who may."""
    user = db.session.get(User, id, with_for_update=True) or abort(404)
    if why := refusal(user, current_user):
        abort(403, why)
    return user


def _done(user: User, message: str) -> Any:
    db.session.commit()
    flash(message, "success")
    return redirect(url_for("admin.row", admin="users", id=user.id), 303)
