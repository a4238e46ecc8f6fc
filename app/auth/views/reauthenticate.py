"""Reauthenticate: prove your identity for actions that need a recent proof."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.auth.forms import ReauthenticateForm
from app.auth.views import blueprint
from carafe.auth import (
    accounts,
    allow_without_two_factor,
    interrupted_forms,
    login_required,
    redirect_target,
    redirect_to_step,
)
from carafe.database import read_transaction
from carafe.web import return_path


@blueprint.get("/reauthenticate")
@login_required
@allow_without_two_factor
def reauthenticate() -> ResponseReturnValue:
    return render_form(ReauthenticateForm(formdata=None))


@blueprint.post("/reauthenticate")
@login_required
@allow_without_two_factor
def prove() -> ResponseReturnValue:
    """Check the password or the code, whichever was filled in."""
    form, next = ReauthenticateForm(), request.args.get("next")
    if form.validate():
        try:
            if form.code.data:
                return redirect_to_step(accounts.prove_with_code(form.code.data, next))
            return redirect_to_step(accounts.prove_with_password(form.password.data, next))
        except accounts.FieldError as error:
            error.add_to(form)
    return render_form(form), 422


def render_form(form: ReauthenticateForm, refused: accounts.PasskeyError | None = None) -> str:
    """Render the page that asks for a proof of identity, with the methods this user has."""
    with read_transaction():
        return render_template(
            "auth/reauthenticate.html",
            form=form,
            ways=accounts.proof_methods(),
            interrupted=interrupted_forms.find_by_page(request.args.get("next")),
            refused=refused,
        )


@blueprint.get("/reauthenticate/form/<token>")
@login_required
@allow_without_two_factor
def interrupted(token: str) -> ResponseReturnValue:
    """Show a form that was interrupted by the proof, to send again with a click or a script."""
    form = interrupted_forms.find(token)
    if form is None:
        flash(interrupted_forms.GONE, "info")
        return redirect(redirect_target(), 303)
    if not form.may_continue:
        return redirect(url_for("auth.reauthenticate", next=return_path()), 303)
    return render_template("auth/interrupted.html", form=form)
