"""Invitations: send, list, and revoke them."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.admin.forms import InvitationForm
from app.auth.models import User
from app.auth.roles import ROLES
from carafe.admin import blueprint
from carafe.auth import (
    Invitation,
    can_grant,
    current_user,
    effect,
    fresh_login_required,
    permission_required,
)
from carafe.database import db
from carafe.time import now
from carafe.web import ConditionalRoutes, paginate

routes = ConditionalRoutes(blueprint, "INVITATIONS")


@routes.get("/invitations/")
@permission_required("users.invite")
def invitations() -> ResponseReturnValue:
    return _page(InvitationForm(formdata=None))


@routes.post("/invitations/")
@permission_required("users.invite")
@fresh_login_required
@effect("this invitation will be sent")
def invite() -> ResponseReturnValue:
    form = InvitationForm()
    if not form.validate():
        return _page(form), 422
    if not can_grant(form.role.data, current_user.role):
        abort(403, "You cannot give permissions that you do not have.")
    user = User.by_email(form.email.data)
    if user and user.confirmed_at:
        form.email.errors = ["This address has an account already."]
        return _page(form), 422
    if user and user.suspended_at:
        form.email.errors = ["This address has a suspended account. Delete that account first."]
        return _page(form), 422
    if pending := Invitation.pending(form.email.data):
        _refuse_beyond_own(pending)
    Invitation.send(form.email.data, form.role.data, current_user.user)
    db.session.commit()
    flash(f"{form.email.data} is invited.", "success")
    return redirect(url_for("admin.invitations"), 303)


@routes.post("/invitations/<int:id>/delete")
@permission_required("users.invite")
@fresh_login_required
@effect("this invitation will be revoked")
def revoke_invitation(id: int) -> ResponseReturnValue:
    invitation = db.session.get(Invitation, id) or abort(404)
    _refuse_beyond_own(invitation)
    invitation.revoke()
    db.session.commit()
    flash(f"The link sent to {invitation.email} does not work any more.", "success")
    return redirect(url_for("admin.invitations"), 303)


def _refuse_beyond_own(invitation: Invitation) -> None:
    """Refuse to change an invitation that grants permissions the current user lacks."""
    if not can_grant(invitation.role, current_user.role):
        abort(403, "This invitation grants permissions that you don't have.")


def _page(form: InvitationForm) -> str:
    sent = (
        select(Invitation.email, Invitation.role, User.email.label("inviter"),
               Invitation.expires_at, Invitation.created_at, Invitation.id)
        .join(User, User.id == Invitation.inviter_id)
    )  # fmt: skip
    page = paginate(sent, Invitation.created_at, Invitation.id, descending=True)
    roles = {role: label for role, label in ROLES.items() if can_grant(role, current_user.role)}
    return render_template(
        "admin/invitations.html", form=form, page=page, roles=roles, names=ROLES, now=now()
    )
