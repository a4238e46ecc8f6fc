"""Act as a user, to help them."""

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField
from wtforms.validators import DataRequired

from carafe.auth import accounts
from carafe.auth import impersonation as acting
from carafe.auth.marks import fresh_login_required, permission_required
from carafe.database import db
from carafe.tests.site.models import User
from carafe.web.fields import TextField
from carafe.web.forms import Form
from carafe.web.routing import effect

blueprint = Blueprint("impersonation", __name__, url_prefix="/admin/users/<int:id>/impersonation")


class ImpersonationForm(Form):
    reason = TextField("Reason", [DataRequired("Say why.")], length=acting.REASON_LENGTH)
    changes = BooleanField("Allow changes")


@blueprint.get("")
@permission_required(acting.PERMISSION, "users.read")
def show(id: int) -> ResponseReturnValue:
    _find(id)
    return render_template("form.html", title="View as", form=ImpersonationForm(formdata=None))


@blueprint.post("")
@permission_required(acting.PERMISSION, "users.read")
@fresh_login_required
@effect("you will see the site as this user")
def start(id: int) -> ResponseReturnValue:
    user, form = _find(id), ImpersonationForm()
    if not form.validate():
        return render_template("form.html", title="View as", form=form), 422
    accounts.impersonate(
        user,
        reason=form.reason.data,
        may_write=form.changes.data,
        return_path=url_for("admin.row", admin="users", id=id),
    )
    return redirect(current_app.config["HOME_URL"], 303)


def _find(id: int) -> User:
    user = db.session.get(User, id, with_for_update=True) or abort(404)
    if reason := acting.denial_reason(user):
        abort(403, reason)
    return user
