"""One's own account."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select

from app.account.devices import describe
from app.account.forms import PasswordForm, ProfileForm
from app.auth import passwords
from app.auth.models import Session, User
from app.core.database import db, reading
from app.core.time import now
from app.security.limits import Limit

blueprint = Blueprint("account", __name__, url_prefix="/account", template_folder="templates")

PASSWORD_FAILURES = Limit("account:password", 10, timedelta(minutes=15))


@blueprint.get("/")
def index() -> Any:
    return redirect(url_for("account.profile"), 303)


@blueprint.get("/profile")
def profile() -> Any:
    form = ProfileForm(formdata=None, name=current_user.name)
    return render_template("account/profile.html", form=form)


@blueprint.post("/profile")
def save_profile() -> Any:
    form = ProfileForm()
    if not form.validate():
        return render_template("account/profile.html", form=form), 422
    if form.name.data is not None:
        current_user.user.rename(form.name.data)
    db.session.commit()
    flash("Your profile is saved.", "success")
    return redirect(url_for("account.profile"), 303)


@blueprint.get("/password")
def password() -> Any:
    return render_template("account/password.html", form=PasswordForm(formdata=None))


@blueprint.post("/password")
def change_password() -> Any:
    form = PasswordForm()
    form.password.email = current_user.email
    if not form.validate():
        return render_template("account/password.html", form=form), 422
    PASSWORD_FAILURES.spend(current_user.email)
    with reading():
        known_hash = db.session.scalar(select(User.password_hash).where(User.id == current_user.id))
    if not passwords.verify(known_hash, form.current_password.data):
        form.current_password.errors = ["This is not your current password."]
        return render_template("account/password.html", form=form), 422
    PASSWORD_FAILURES.refund(current_user.email)
    new_hash = passwords.hash(form.password.data)

    user = current_user.user
    if user.password_hash != known_hash or user.suspended_at:
        abort(409)
    user.change_password(new_hash, keep=current_user.session_id)
    db.session.commit()
    flash("Your password is changed, and your other devices are logged out.", "success")
    return redirect(url_for("account.password"), 303)


@blueprint.get("/sessions")
def sessions() -> Any:
    rows = db.session.execute(
        select(Session.id, Session.agent, Session.address, Session.last_seen_at)
        .where(Session.user_id == current_user.id, Session.expires_at > now())
        .order_by(Session.last_seen_at.desc(), Session.id.desc())
        .limit(100)
    )
    devices = [(id, describe(agent), address, seen) for id, agent, address, seen in rows]
    return render_template("account/sessions.html", devices=devices)


@blueprint.post("/sessions/<int:id>/delete")
def end_session(id: int) -> Any:
    session = db.session.get(Session, id)
    if session is None or session.user_id != current_user.id:
        abort(404)
    session.end()
    db.session.commit()
    flash("That device is logged out.", "success")
    return redirect(url_for("account.sessions"), 303)


@blueprint.post("/sessions/others/delete")
def end_other_sessions() -> Any:
    current_user.user.log_out_everywhere(keep=current_user.session_id)
    db.session.commit()
    flash("All other devices are logged out.", "success")
    return redirect(url_for("account.sessions"), 303)
