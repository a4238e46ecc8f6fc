"""Delete the account, with two weeks to change your mind."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.views import blueprint
from carafe.auth import (
    accounts,
    current_user,
    effect,
    fresh_login_required,
    login_required,
    no_impersonation,
)
from carafe.time import format_datetime_with_zone


@blueprint.get("/delete")
@login_required
@no_impersonation
def delete() -> ResponseReturnValue:
    return render_template("account/delete.html")


@blueprint.post("/delete")
@fresh_login_required
@effect("your account will be deleted")
def schedule_deletion() -> ResponseReturnValue:
    time_zone = current_user.time_zone
    day = format_datetime_with_zone(accounts.schedule_deletion(), time_zone)
    flash(f"Account deletion scheduled for {day}. Log in before then to keep it.", "info")
    return redirect(url_for("auth.login"), 303)
