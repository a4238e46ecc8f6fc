"""Invitations: send, list, and revoke them."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.admin.forms import InvitationForm
from app.auth.roles import ROLES
from carafe.admin import blueprint
from carafe.auth import (
    accounts,
    current_user,
    effect,
    fresh_login_required,
    grantable_roles,
    permission_required,
)
from carafe.web import ConditionalRoutes

routes = ConditionalRoutes(blueprint, "INVITATIONS")


@routes.get("/invitations/")
@permission_required(accounts.INVITE_PERMISSION)
def invitations() -> ResponseReturnValue:
    return _page(InvitationForm(formdata=None))


@routes.post("/invitations/")
@permission_required(accounts.INVITE_PERMISSION)
@fresh_login_required
@effect("this invitation will be sent")
def invite() -> ResponseReturnValue:
    form = InvitationForm()
    if not form.validate():
        return _page(form), 422
    try:
        accounts.invite(form.email.data, form.role.data)
    except accounts.FieldError as error:
        error.add_to(form)
        return _page(form), 422
    flash(f"Invitation sent to {form.email.data}", "success")
    return redirect(url_for("admin.invitations"), 303)


@routes.post("/invitations/<int:id>/delete")
@permission_required(accounts.INVITE_PERMISSION)
@fresh_login_required
@effect("this invitation will be revoked")
def revoke_invitation(id: int) -> ResponseReturnValue:
    email = accounts.revoke_invitation(id)
    flash(f"Invitation to {email} revoked", "success")
    return redirect(url_for("admin.invitations"), 303)


def _page(form: InvitationForm) -> str:
    return render_template(
        "admin/invitations.html",
        form=form,
        page=accounts.list_invitations(),
        grantable=grantable_roles(current_user.role),
        roles=ROLES,
    )
