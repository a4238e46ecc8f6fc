"""Download a copy of your data."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.account.views import blueprint
from carafe import personal_data
from carafe.auth import effect, fresh_login_required, login_required, no_impersonation, quotas
from carafe.downloads import UnreadableError
from carafe.web import background_request, polling


@blueprint.get("/export")
@login_required
@no_impersonation
def export() -> ResponseReturnValue:
    return render_template("account/export.html", **personal_data.export_status())


@blueprint.get("/export/latest")
@login_required
@background_request
@no_impersonation
def latest_export() -> ResponseReturnValue:
    """Render the progress of the export, for polling."""
    return polling.render_fragment("account/_export.html", **personal_data.export_status())


@blueprint.post("/export")
@fresh_login_required
@effect("a copy of your data will be created")
def make_export() -> ResponseReturnValue:
    personal_data.request_export()
    return redirect(url_for("account.export"), 303)


@blueprint.get("/export/file")
@fresh_login_required
@quotas.one_at_a_time("download")
def export_file() -> ResponseReturnValue:
    try:
        response = personal_data.export_response()
    except UnreadableError as reason:
        flash(str(reason), "danger")
        response = None
    return response or redirect(url_for("account.export"), 303)  # which shows its status
