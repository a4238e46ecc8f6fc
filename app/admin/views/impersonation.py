"""Start an impersonation. A banner on every page ends it; see `app/auth`."""

from flask import abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.admin.forms import ImpersonationForm
from app.auth.models import User
from carafe.admin import blueprint
from carafe.auth import accounts, effect, fresh_login_required, permission_required
from carafe.auth import impersonation as acting
from carafe.database import db
from carafe.web import ConditionalRoutes

routes = ConditionalRoutes(blueprint, "IMPERSONATION")


@routes.get("/users/<int:id>/impersonation")
@permission_required(acting.PERMISSION, "users.read")
def impersonation(id: int) -> ResponseReturnValue:
    return _page(_find(id), ImpersonationForm(formdata=None))


@routes.post("/users/<int:id>/impersonation")
@permission_required(acting.PERMISSION, "users.read")
@fresh_login_required
@effect("you will see the site as this user")
def impersonate(id: int) -> ResponseReturnValue:
    user, form = _find(id), ImpersonationForm()
    if not form.validate():
        return _page(user, form), 422
    accounts.impersonate(
        user,
        reason=form.reason.data,
        may_write=form.changes.data,
        return_path=url_for("admin.row", admin="users", id=id),
    )
    return redirect(current_app.config["HOME_URL"], 303)


def _find(id: int) -> User:
    user = db.session.get(User, id, with_for_update=True) or abort(404)
    if why := acting.denial_reason(user):
        abort(403, why)
    return user


def _page(user: User, form: ImpersonationForm) -> str:
    return render_template("admin/impersonation.html", user=user, form=form)
