"""Changes to a user other than editing: suspension, sessions, second factors. All are audited."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.admin.users import denial_reason
from app.auth.models import User
from carafe.admin import blueprint
from carafe.auth import current_user, effect, fresh_login_required, permission_required, two_factor
from carafe.database import db


@blueprint.post("/users/<int:id>/suspension")
@permission_required("users.edit", "users.read")
@fresh_login_required
@effect("this user will be suspended")
def suspend(id: int) -> ResponseReturnValue:
    user = _find(id)
    user.suspend()
    return _done(user, "The user is suspended and logged out everywhere.")


@blueprint.post("/users/<int:id>/suspension/delete")
@permission_required("users.edit", "users.read")
@fresh_login_required
@effect("this user will be reinstated")
def reinstate(id: int) -> ResponseReturnValue:
    user = _find(id)
    user.reinstate()
    return _done(user, "The user can log in again.")


@blueprint.post("/users/<int:id>/sessions/delete")
@permission_required("users.edit", "users.read")
@fresh_login_required
@effect("this user will be logged out everywhere")
def end_sessions(id: int) -> ResponseReturnValue:
    user = _find(id)
    user.log_out_everywhere()
    return _done(user, "The user is logged out everywhere.")


@blueprint.post("/users/<int:id>/second-factors/delete")
@permission_required("users.edit", "users.read")
@fresh_login_required
@effect("this user's second factors will be removed")
def remove_second_factors(id: int) -> ResponseReturnValue:
    user = _find(id)
    two_factor.remove_all(user)
    return _done(user, "The user's second factors are removed.")


@blueprint.post("/users/<int:id>/second-factor-requirement")
@permission_required("users.edit", "users.read")
@fresh_login_required
@effect("this user will have to set up a second factor")
def require_second_factor(id: int) -> ResponseReturnValue:
    user = _find(id)
    two_factor.require(user)
    return _done(user, "The user needs a second factor now.")


@blueprint.post("/users/<int:id>/second-factor-requirement/delete")
@permission_required("users.edit", "users.read")
@fresh_login_required
@effect("this user will no longer need a second factor")
def waive_second_factor(id: int) -> ResponseReturnValue:
    user = _find(id)
    two_factor.stop_requiring(user)
    return _done(user, "The user may do without a second factor.")


def _find(id: int) -> User:
    """Return the user, or 403 if the current user may not change them."""
    user = db.session.get(User, id, with_for_update=True) or abort(404)
    if reason := denial_reason(user, current_user):
        abort(403, reason)
    return user


def _done(user: User, message: str) -> ResponseReturnValue:
    db.session.commit()
    flash(message, "success")
    return redirect(url_for("admin.row", admin="users", id=user.id), 303)
