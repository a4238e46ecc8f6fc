"""The devices on which one is signed in."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select

from app.account.views import blueprint
from app.auth.devices import describe
from app.auth.marks import login_required, no_impersonation
from app.auth.models import Session
from app.auth.sessions import renew_session
from app.core.database import db


@blueprint.get("/sessions")
@login_required
@no_impersonation
def sessions() -> Any:
    rows = db.session.execute(
        select(Session.id, Session.agent, Session.address, Session.last_seen_at)
        .where(Session.works_for(current_user.id))
        .order_by(Session.last_seen_at.desc(), Session.id.desc())
    )
    devices = [(id, describe(agent), address, seen) for id, agent, address, seen in rows]
    return render_template("account/sessions.html", devices=devices)


@blueprint.post("/sessions/<int:id>/delete")
@login_required
@no_impersonation
def end_session(id: int) -> Any:
    session = db.session.get(Session, id)
    if session is None or session.user_id != current_user.id:
        abort(404)
    session.end()
    db.session.commit()
    flash("That device is logged out.", "success")
    return redirect(url_for("account.sessions"), 303)


@blueprint.post("/sessions/others/delete")
@login_required
@no_impersonation
def end_other_sessions() -> Any:
    current_user.user.log_out_everywhere(keep=current_user.session_id)
    renew_session()
    db.session.commit()
    flash("All other devices are logged out.", "success")
    return redirect(url_for("account.sessions"), 303)
