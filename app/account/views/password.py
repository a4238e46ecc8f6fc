"""Change the password."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user

from app.account.forms import PasswordForm
from app.account.views import blueprint
from app.auth import passwords, reauthentication
from app.auth.access import login_required
from app.core.database import db


@blueprint.get("/password")
@login_required
def password() -> Any:
    return render_template("account/password.html", form=PasswordForm(formdata=None))


@blueprint.post("/password")
@login_required
def change_password() -> Any:
    form = PasswordForm()
    form.password.email = current_user.email
    if not form.validate():
        return render_template("account/password.html", form=form), 422
    known_hash = reauthentication.verify_password(form.current_password.data)
    if not known_hash:
        form.current_password.errors = ["This is not your current password."]
        return render_template("account/password.html", form=form), 422
    new_hash = passwords.hash(form.password.data)

    user = current_user.user
    if user.password_hash != known_hash or user.suspended_at:
        abort(409)
    user.change_password(new_hash, keep=current_user.session_id)
    db.session.commit()
    flash("Your password is changed, and your other devices are logged out.", "success")
    return redirect(url_for("account.password"), 303)
