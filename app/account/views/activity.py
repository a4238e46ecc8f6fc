"""The account's activity: what happened to it, and from where."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.account.views import blueprint
from carafe.auth import accounts, login_required


@blueprint.get("/activity")
@login_required
def activity() -> ResponseReturnValue:
    return render_template("account/activity.html", page=accounts.list_activity())
