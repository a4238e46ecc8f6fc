"""The landing page, what its footer links to, and the dashboard."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import (
    current_user,
    is_logged_in,
    login_required,
    public,
    same_for_visitors,
)
from carafe.web import checklist, visible_cards

blueprint = Blueprint("main", __name__, template_folder="templates")


@blueprint.get("/")
@public
@same_for_visitors
def index() -> ResponseReturnValue:
    if is_logged_in():
        return redirect(url_for("main.dashboard"), 303)
    return render_template("main/index.html")


@blueprint.get("/dashboard")
@login_required
def dashboard() -> ResponseReturnValue:
    return render_template(
        "main/dashboard.html",
        steps=checklist.visible_steps(current_user.id),
        cards=visible_cards(),
        side_cards=visible_cards(at_side=True),
    )


@blueprint.post("/dashboard/checklist/hide")
@login_required
def hide_checklist() -> ResponseReturnValue:
    response = redirect(url_for("main.dashboard"), 303)
    checklist.hide(response, current_user.id)
    return response


@blueprint.get("/privacy")
@public
@same_for_visitors
def privacy() -> ResponseReturnValue:
    return render_template("main/privacy.html")


@blueprint.get("/terms")
@public
@same_for_visitors
def terms() -> ResponseReturnValue:
    return render_template("main/terms.html")


@blueprint.get("/contact")
@public
@same_for_visitors
def contact() -> ResponseReturnValue:
    return render_template("main/contact.html")
