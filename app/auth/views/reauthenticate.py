"""Confirm that it is you: a recent proof of identity for what needs one."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user

from app.auth import reauthentication
from app.auth.access import login_required
from app.auth.forms import ReauthenticateForm
from app.auth.models import Session
from app.auth.views import after_login, blueprint
from app.core.database import db
from app.core.urls import local_path


@blueprint.get("/reauthenticate")
@login_required
def reauthenticate() -> Any:
    return render_template("auth/reauthenticate.html", form=ReauthenticateForm(formdata=None))


@blueprint.post("/reauthenticate")
@login_required
def prove() -> Any:
    form = ReauthenticateForm()
    if not form.validate():
        return render_template("auth/reauthenticate.html", form=form), 422
    if not reauthentication.verify_password(form.password.data):
        form.password.errors = ["This is not your password."]
        return render_template("auth/reauthenticate.html", form=form), 422
    return proved("password")


def proved(method: str) -> Any:
    """Note the proof, and lead on to what it was asked for."""
    session = db.session.get(Session, current_user.session_id)
    if session is None:  # ended meanwhile
        return redirect(url_for("auth.login"), 303)
    session.prove(method)
    db.session.commit()
    if session.interrupted:
        next = local_path(request.args.get("next"))
        return redirect(url_for("auth.interrupted", next=next), 303)
    return redirect(after_login(), 303)


@blueprint.get("/reauthenticate/form")
@login_required
def interrupted() -> Any:
    """The form that was sent before the proof: one click sends it again, or a script does."""
    form = reauthentication.interrupted() if current_user.is_proven else None
    if form is None:
        return redirect(after_login(), 303)
    path, fields = form
    return render_template("auth/interrupted.html", path=path, fields=fields)
