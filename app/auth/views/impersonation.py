"""End an impersonation. `app/admin` starts one."""

from flask import current_app, redirect
from flask.typing import ResponseReturnValue

from app.auth.views import blueprint
from carafe.auth import accounts, login_required
from carafe.web import ConditionalRoutes

routes = ConditionalRoutes(blueprint, "IMPERSONATION")


@routes.post("/impersonation/delete")
@login_required
def end_impersonation() -> ResponseReturnValue:
    return redirect(accounts.end_impersonation() or current_app.config["HOME_URL"], 303)
