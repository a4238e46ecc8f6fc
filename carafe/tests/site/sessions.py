"""The devices on which a user is logged in."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import accounts
from carafe.auth.marks import login_required

blueprint = Blueprint("sessions", __name__, url_prefix="/account/sessions")


@blueprint.get("")
@login_required
def index() -> ResponseReturnValue:
    return render_template("sessions.html", title="Devices", devices=accounts.list_devices())


@blueprint.post("/<int:id>/delete")
@login_required
def end(id: int) -> ResponseReturnValue:
    accounts.end_session(id)
    return redirect(url_for("sessions.index"), 303)


@blueprint.post("/others/delete")
@login_required
def end_others() -> ResponseReturnValue:
    accounts.end_other_sessions()
    return redirect(url_for("sessions.index"), 303)
