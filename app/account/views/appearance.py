"""How the site looks in this browser, which keeps the choice itself."""

from flask import render_template
from flask.typing import ResponseReturnValue

from app.account.views import blueprint
from carafe.auth import login_required


@blueprint.get("/appearance")
@login_required
def appearance() -> ResponseReturnValue:
    return render_template("account/appearance.html")
