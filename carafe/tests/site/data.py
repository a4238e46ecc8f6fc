"""The export of personal data."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from carafe import personal_data
from carafe.auth import quotas
from carafe.auth.marks import fresh_login_required, login_required
from carafe.downloads import UnreadableError
from carafe.tabular import iter_dicts
from carafe.tests.site.models import User
from carafe.web import polling
from carafe.web.routing import background_request, effect

blueprint = Blueprint("data", __name__, url_prefix="/account/export")


@blueprint.get("")
@login_required
def export() -> ResponseReturnValue:
    return render_template("export.html", title="Your data", **personal_data.export_status())


@blueprint.get("/latest")
@login_required
@background_request
def latest() -> ResponseReturnValue:
    return polling.render_fragment("_export.html", **personal_data.export_status())


@blueprint.post("")
@fresh_login_required
@effect("a copy of your data will be created")
def request_export() -> ResponseReturnValue:
    personal_data.request_export()
    return redirect(url_for("data.export"), 303)


@blueprint.get("/file")
@fresh_login_required
@quotas.one_at_a_time("download")
def file() -> ResponseReturnValue:
    try:
        response = personal_data.export_response()
    except UnreadableError as reason:
        flash(str(reason))
        response = None
    return response or redirect(url_for("data.export"), 303)


def profile(user_id: int) -> Iterator[dict[str, object]]:
    query = select(User.email, User.name, User.created_at)
    return iter_dicts(query.where(User.id == user_id))
