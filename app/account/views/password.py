"""Change the password, or set the first."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select

from app.account.forms import FirstPasswordForm, PasswordForm
from app.account.views import blueprint
from app.auth import device_cookie, passwords, reauthentication
from app.auth.marks import login_required, no_impersonation
from app.auth.models.user import User
from app.auth.sessions import renew_session
from app.core.database import db, reading


@blueprint.get("/password")
@login_required
@no_impersonation
def password() -> Any:
    if _has_password():
        return render_template("account/password.html", form=PasswordForm(formdata=None))
    if not current_user.is_fresh:
        return reauthentication.ask()
    return render_template("account/password.html", form=FirstPasswordForm(formdata=None))


@blueprint.post("/password")
@login_required
@no_impersonation
def change_password() -> Any:
    if not _has_password():
        return _set_first_password()
    form = PasswordForm()
    form.password.email = current_user.email
    if not form.validate():
        return render_template("account/password.html", form=form), 422
    known_hash = reauthentication.verify_password(form.current_password.data)
    if not known_hash:
        form.current_password.errors = ["This is not your current password."]
        return render_template("account/password.html", form=form), 422
    return _save(form.password.data, known_hash)


def _set_first_password() -> Any:
    """Where there is none to ask for, a recent proof of identity stands for it."""
    if not current_user.is_fresh:
        return reauthentication.ask()
    form = FirstPasswordForm()
    form.password.email = current_user.email
    if not form.validate():
        return render_template("account/password.html", form=form), 422
    return _save(form.password.data, "")


def _save(new: str, known_hash: str) -> Any:
    new_hash = passwords.hash(new)

    user = current_user.user
    if user.password_hash != known_hash or user.suspended_at:
        abort(409)
    user.change_password(new_hash, keep=current_user.session_id)
    renew_session()
    device_cookie.give(user)
    db.session.commit()
    done = "changed" if known_hash else "set"
    flash(f"Your password is {done}, and your other devices are logged out.", "success")
    return redirect(url_for("account.password"), 303)


def _has_password() -> bool:
    with reading():
        hash = db.session.scalar(select(User.password_hash).where(User.id == current_user.id))
    return bool(hash)
