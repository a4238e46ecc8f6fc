"""The activity of an account."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from carafe.auth import accounts
from carafe.auth.marks import login_required

blueprint = Blueprint("activity", __name__)


@blueprint.get("/account/activity")
@login_required
def index() -> ResponseReturnValue:
    return render_template("activity.html", title="Activity", page=accounts.list_activity())
