"""The current user's export of personal data: request it, follow its progress, and download it."""

from flask import Response, request
from flask_login import current_user

from carafe import downloads
from carafe.audit import record
from carafe.auth import pages, quotas
from carafe.database import db, write_transaction
from carafe.downloads import DATA_EXPORT, LIFETIME, Export
from carafe.personal_data.jobs import make_export


def request_export() -> None:
    """Have a job create the file, unless one does so already, and commit. 429 beyond the quota."""
    quotas.DATA_EXPORTS.spend()
    labels = {"label": "Your data", "path": pages.path("data_export")}
    user = current_user.user
    if downloads.request_export(user, DATA_EXPORT, make_export, current_user.id, **labels):
        record("data.exported", user.subject)
    else:
        quotas.DATA_EXPORTS.refund()
    db.session.commit()


def export_status() -> dict[str, object]:
    """Return what the file's page shows, and the `version` for polling."""
    export, job = Export.for_user(current_user.id, DATA_EXPORT)
    running = job if export and export.is_running(job) else None
    version: list[object] = [export and (export.job_id, export.is_ready)]
    if running:
        version += [running.state, running.done, running.total, running.message]
    return {"export": export, "running": running, "version": version, "days": LIFETIME.days}


def export_response() -> Response | None:
    """Return the file as a download, and record it, or None if there is no file.

    Raise `downloads.UnreadableError`.
    """
    export, _ = Export.for_user(current_user.id, DATA_EXPORT)
    if export is None or not export.is_ready:
        return None
    name = f"personal-data-{export.ended_at:%Y-%m-%d}.zip"
    response = downloads.download_response(export, name, "application/zip")
    if request.method == "GET":
        with write_transaction():
            record("data.downloaded", f"user:{current_user.id}")
            db.session.commit()
    return response
