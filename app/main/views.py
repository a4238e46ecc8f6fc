"""The landing page, what its footer links to, and the dashboard."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from carafe.auth import login_required, public
from carafe.web import visible_cards

blueprint = Blueprint("main", __name__, template_folder="templates")


@blueprint.get("/")
@public
def index() -> ResponseReturnValue:
    return render_template("main/index.html")


@blueprint.get("/dashboard")
@login_required
def dashboard() -> ResponseReturnValue:
    return render_template("main/dashboard.html", cards=visible_cards())


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    return render_template("main/privacy.html")


@blueprint.get("/terms")
@public
def terms() -> ResponseReturnValue:
    return render_template("main/terms.html")


@blueprint.get("/contact")
@public
def contact() -> ResponseReturnValue:
    return render_template("main/contact.html")
