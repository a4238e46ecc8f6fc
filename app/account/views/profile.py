"""What others see of one."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from app.account.forms import ProfileForm
from app.account.views import blueprint
from app.auth.access import login_required
from app.core.database import db


@blueprint.get("/")
@login_required
def index() -> Any:
    return redirect(url_for("account.profile"), 303)


@blueprint.get("/profile")
@login_required
def profile() -> Any:
    form = ProfileForm(formdata=None, name=current_user.name)
    return render_template("account/profile.html", form=form)


@blueprint.post("/profile")
@login_required
def save_profile() -> Any:
    form = ProfileForm()
    if not form.validate():
        return render_template("account/profile.html", form=form), 422
    if form.name.data is not None:
        current_user.user.rename(form.name.data)
    db.session.commit()
    flash("Your profile is saved.", "success")
    return redirect(url_for("account.profile"), 303)
