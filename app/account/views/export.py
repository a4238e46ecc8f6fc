"""Download a copy of your data."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.account.views import blueprint
from carafe import downloads
from carafe.audit import record
from carafe.auth import (
    current_user,
    effect,
    fresh_login_required,
    login_required,
    no_impersonation,
    quotas,
)
from carafe.database import db, write_transaction
from carafe.downloads import DATA_EXPORT, LIFETIME, Export
from carafe.personal_data import make_export as job
from carafe.web import background_request, endpoint_path, polling


@blueprint.get("/export")
@login_required
@no_impersonation
def export() -> ResponseReturnValue:
    return render_template("account/export.html", **_state())


@blueprint.get("/export/latest")
@login_required
@background_request
@no_impersonation
def latest_export() -> ResponseReturnValue:
    """Render the progress of the export, for polling."""
    return polling.render_fragment("account/_export.html", **_state())


@blueprint.post("/export")
@fresh_login_required
@effect("a copy of your data will be created")
def make_export() -> ResponseReturnValue:
    quotas.DATA_EXPORTS.spend()
    labels = {"label": "Your data", "path": endpoint_path("account.export")}
    if downloads.request_export(current_user.user, DATA_EXPORT, job, current_user.id, **labels):
        record("data.exported", f"user:{current_user.id}")
    else:
        quotas.DATA_EXPORTS.refund()
    db.session.commit()
    return redirect(url_for("account.export"), 303)


@blueprint.get("/export/file")
@fresh_login_required
@quotas.one_at_a_time("download")
def export_file() -> ResponseReturnValue:
    export, _ = Export.of(current_user.id, DATA_EXPORT)
    if export is None or not export.is_ready:
        return redirect(url_for("account.export"), 303)  # which shows its status
    name = f"personal-data-{export.ended_at:%Y-%m-%d}.zip"
    try:
        answer = downloads.download_response(export, name, "application/zip")
    except downloads.UnreadableError as reason:
        flash(str(reason), "danger")
        return redirect(url_for("account.export"), 303)
    if request.method == "GET":
        with write_transaction():
            record("data.downloaded", f"user:{current_user.id}")
            db.session.commit()
    return answer


def _state() -> dict[str, object]:
    export, job = Export.of(current_user.id, DATA_EXPORT)
    running = job if export and export.is_running(job) else None
    version: list[object] = [export and (export.job_id, export.is_ready)]
    if running:
        version += [running.state, running.done, running.total, running.message]
    return {"export": export, "running": running, "version": version, "days": LIFETIME.days}
