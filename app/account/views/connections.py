"""Connected accounts: those at other sites that log the user in here."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.views import blueprint
from carafe.auth import accounts, effect, fresh_login_required, login_required, no_impersonation
from carafe.web import ConditionalRoutes

routes = ConditionalRoutes(blueprint, "OAUTH_PROVIDERS")


@routes.get("/connections")
@login_required
@no_impersonation
def connections() -> ResponseReturnValue:
    return render_template("account/connections.html", rows=accounts.list_connections())


@routes.post("/connections/<int:id>/delete")
@fresh_login_required
@effect("this connected account will be removed")
def disconnect(id: int) -> ResponseReturnValue:
    label = accounts.disconnect(id)
    flash(f"{label} disconnected", "success")
    return redirect(url_for("account.connections"), 303)
