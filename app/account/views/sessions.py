"""The devices on which the user is logged in."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.views import blueprint
from carafe.auth import accounts, login_required, no_impersonation


@blueprint.get("/sessions")
@login_required
@no_impersonation
def sessions() -> ResponseReturnValue:
    return render_template("account/sessions.html", devices=accounts.list_devices())


@blueprint.post("/sessions/<int:id>/delete")
@login_required
@no_impersonation
def end_session(id: int) -> ResponseReturnValue:
    accounts.end_session(id)
    flash("Device logged out", "success")
    return redirect(url_for("account.sessions"), 303)


@blueprint.post("/sessions/others/delete")
@login_required
@no_impersonation
def end_other_sessions() -> ResponseReturnValue:
    accounts.end_other_sessions()
    flash("Other devices logged out", "success")
    return redirect(url_for("account.sessions"), 303)
