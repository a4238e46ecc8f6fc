"""Deleting the account."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import accounts
from carafe.auth.marks import fresh_login_required, login_required
from carafe.web.routing import effect

blueprint = Blueprint("deletion", __name__, url_prefix="/account/delete")


@blueprint.get("")
@login_required
def ask() -> ResponseReturnValue:
    return render_template("form.html", title="Delete your account")


@blueprint.post("")
@fresh_login_required
@effect("your account will be deleted")
def schedule() -> ResponseReturnValue:
    accounts.schedule_deletion()
    return redirect(url_for("auth.login"), 303)
