"""Send and revoke invitations."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import InputRequired

from carafe.auth import accounts
from carafe.auth.fields import EmailField
from carafe.auth.marks import fresh_login_required, permission_required
from carafe.web.fields import TextField
from carafe.web.forms import Form
from carafe.web.routing import effect

blueprint = Blueprint("invitations", __name__, url_prefix="/admin/invitations")


class InvitationForm(Form):
    email = EmailField()
    role = TextField("Role", [InputRequired()], length=20)


@blueprint.get("/")
@permission_required(accounts.INVITE_PERMISSION)
def index() -> ResponseReturnValue:
    return _page(InvitationForm(formdata=None))


@blueprint.post("/")
@permission_required(accounts.INVITE_PERMISSION)
@fresh_login_required
@effect("this invitation will be sent")
def invite() -> ResponseReturnValue:
    form = InvitationForm()
    if form.validate():
        try:
            accounts.invite(form.email.data, form.role.data)
            return redirect(url_for("invitations.index"), 303)
        except accounts.FieldError as error:
            form[error.field].errors = [error.message]
    return _page(form), 422


@blueprint.post("/<int:id>/delete")
@permission_required(accounts.INVITE_PERMISSION)
@fresh_login_required
@effect("this invitation will be revoked")
def revoke(id: int) -> ResponseReturnValue:
    accounts.revoke_invitation(id)
    return redirect(url_for("invitations.index"), 303)


def _page(form: InvitationForm) -> str:
    return render_template("form.html", title="Invitations", form=form)
