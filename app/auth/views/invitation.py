"""Create an account with an invitation from an email."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.forms import AcceptInvitationForm
from app.auth.views import blueprint
from carafe.auth import Invitation, accounts, public, redirect_target
from carafe.web import ConditionalRoutes

routes = ConditionalRoutes(blueprint, "INVITATIONS")


@routes.get("/invitation/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    return _page(accounts.find_invitation(token), AcceptInvitationForm(formdata=None))


@routes.post("/invitation/<token>")
@public
def accept_invitation(token: str) -> ResponseReturnValue:
    invitation = accounts.find_invitation(token)
    form = AcceptInvitationForm()
    form.password.email = invitation.email
    if not form.validate():
        return _page(invitation, form), 422
    password, name = form.password.data, form.name.data or ""
    switch_from = request.form.get("switch")
    try:
        accounts.accept_invitation(invitation, token, password, switch_from=switch_from, name=name)
    except accounts.OtherUserError:
        return _page(invitation, form), 409
    except accounts.EmailTakenError:
        flash(f"{invitation.email} already has an account. Log in instead.", "info")
        return redirect(url_for("auth.login"), 303)
    return redirect(redirect_target(), 303)


def _page(invitation: Invitation, form: AcceptInvitationForm) -> str:
    return render_template("auth/invitation.html", invitation=invitation, form=form)
