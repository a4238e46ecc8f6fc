"""The user's profile: name, time zone, and picture."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.forms import AvatarForm, ProfileForm
from app.account.views import blueprint
from carafe.auth import current_user, login_required
from carafe.database import db
from carafe.web import time_zones


@blueprint.get("/")
@login_required
def index() -> ResponseReturnValue:
    return redirect(url_for("account.profile"), 303)


@blueprint.get("/profile")
@login_required
def profile() -> ResponseReturnValue:
    return show_profile()


@blueprint.post("/profile")
@login_required
def save_profile() -> ResponseReturnValue:
    form = ProfileForm(obj=current_user)
    if not form.validate():
        return show_profile(form=form), 422
    user = current_user.user
    user.rename(form.name.data)
    user.set_time_zone(form.time_zone.data)
    db.session.commit()
    flash("Profile saved", "success")
    return redirect(url_for("account.profile"), 303)


def show_profile(**refused: object) -> str:
    """Render the page with the invalid forms as submitted and fresh copies of the others."""
    forms = {
        "form": ProfileForm(formdata=None, obj=current_user),
        "avatar_form": AvatarForm(formdata=None),
    }
    zones = time_zones.choices(current_user.time_zone)
    return render_template("account/profile.html", zones=zones, **forms | refused)
