"""Delete one's account, with two weeks to change one's mind."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from app.account.views import blueprint
from app.auth import deletion
from app.auth.marks import fresh_login_required, login_required, no_impersonation
from app.auth.permissions import ADMIN
from app.auth.sessions import log_out_user
from app.core.database import db, take_turns
from app.core.routing import effect
from app.core.time import moment


@blueprint.get("/delete")
@login_required
@no_impersonation
def delete() -> Any:
    return render_template("account/delete.html", days=deletion.GRACE_PERIOD.days)


@blueprint.post("/delete")
@fresh_login_required
@effect("your account will be deleted")
def schedule_deletion() -> Any:
    take_turns(ADMIN)
    user = current_user.user
    day = moment(deletion.schedule(user), user.time_zone)
    log_out_user()
    db.session.commit()
    flash(f"Your account will be deleted on {day}. Log in before then, and it stays.", "info")
    return redirect(url_for("auth.login"), 303)
