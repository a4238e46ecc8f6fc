"""Exports of a list: streamed, or written by a job and downloaded from its page.

Exports contain personal data of many users, so each route requires a fresh login.
"""

from datetime import datetime
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from carafe import downloads
from carafe.admin.blueprint import blueprint
from carafe.admin.lists import export, listing, matching
from carafe.admin.lists.state import ListState
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.routing import operation_required
from carafe.audit import record
from carafe.audit.changes import drop_unredactable
from carafe.auth import quotas
from carafe.auth.marks import fresh_login_required, no_impersonation
from carafe.database import db, write_transaction
from carafe.downloads.models import Export
from carafe.time import now
from carafe.web import polling
from carafe.web.routing import background_request, effect


@blueprint.get("/<list:admin>/export", endpoint="export")
@operation_required("read")
@fresh_login_required  # Otherwise the download would be interrupted by the login.
def show_export(admin: ModelAdmin) -> ResponseReturnValue:
    where = matching.conditions(ListState.parse(admin.list, request.args))
    count = matching.count_up_to(export.MAX_DIRECT_ROWS, admin.list, where)
    return render_template(
        "admin/export.html",
        admin=admin,
        arguments=listing.list_arguments(),
        count=count,
        limit=export.MAX_DIRECT_ROWS,
        **_state(admin),
    )


@blueprint.get("/<list:admin>/export/latest")
@operation_required("read")
@background_request
@no_impersonation
def latest_export(admin: ModelAdmin) -> ResponseReturnValue:
    """Return the part of the page that shows the progress."""
    return polling.render_fragment(
        "admin/_export.html", admin=admin, arguments=listing.list_arguments(), **_state(admin)
    )


@blueprint.get("/<list:admin>/export.csv")
@operation_required("read")
@fresh_login_required
@quotas.one_at_a_time("export")
def export_csv(admin: ModelAdmin) -> ResponseReturnValue:
    """Stream all pages of the list, or redirect to the page of exports if it is long."""
    where = matching.conditions(ListState.parse(admin.list, request.args))
    if matching.count_up_to(export.MAX_DIRECT_ROWS, admin.list, where) > export.MAX_DIRECT_ROWS:
        return _to_page(admin)
    quotas.EXPORTS.spend()
    with write_transaction():
        record(
            "list.exported",
            list=admin.name,
            format="csv",
            chosen=drop_unredactable(listing.list_arguments()),
        )
        db.session.commit()
    lines = export.iter_rows(admin.with_columns(request.args.get("columns", "")), where)
    response = Response(stream_with_context(lines), mimetype="text/csv")
    filename = _filename(admin, "csv", now())
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response


@blueprint.get("/<list:admin>/export.xlsx")
@operation_required("read")
@no_impersonation
def export_xlsx(admin: ModelAdmin) -> ResponseReturnValue:
    """Redirect to the page of exports: Excel files are written by a job."""
    return _to_page(admin)


@blueprint.post("/<list:admin>/export.csv", defaults={"format": "csv"})
@blueprint.post("/<list:admin>/export.xlsx", defaults={"format": "xlsx"})
@operation_required("read")
@fresh_login_required
@effect("this list will be exported")
def make_export(admin: ModelAdmin, format: str) -> ResponseReturnValue:
    quotas.EXPORTS.spend()
    export.request(current_user.user, admin, format, listing.list_arguments())
    db.session.commit()
    return _to_page(admin)


@blueprint.get("/<list:admin>/export/file")
@operation_required("read")
@fresh_login_required
@quotas.one_at_a_time("download")
def export_file(admin: ModelAdmin) -> ResponseReturnValue:
    ready, _ = Export.for_user(current_user.id, export.name_of(admin))
    if ready is None or not ready.is_ready or ready.ended_at is None:
        return _to_page(admin)
    format = ready.label.rpartition(".")[2]
    name = _filename(admin, format, ready.ended_at)
    try:
        return downloads.download_response(ready, name, export.FORMATS[format])
    except downloads.UnreadableError as error:
        flash(str(error), "danger")
        return _to_page(admin)


def _to_page(admin: ModelAdmin) -> ResponseReturnValue:
    # Not as arguments of `url_for`, which reserves some names.
    query = f"?{urlencode(listing.list_arguments())}" if listing.list_arguments() else ""
    return redirect(url_for("admin.export", admin=admin) + query, 303)


def _filename(admin: ModelAdmin, format: str, at: datetime) -> str:
    return f"{admin.name}-{at:%Y-%m-%d}.{format}"


def _state(admin: ModelAdmin) -> dict[str, object]:
    latest, job = Export.for_user(current_user.id, export.name_of(admin))
    running = job if latest and latest.is_running(job) else None
    version: list[object] = [latest and (latest.job_id, latest.is_ready)]
    if running:
        version += [running.state, running.message]
    cut = (job.result or {}).get("cut", 0) if job else 0
    return {"export": latest, "running": running, "cut": cut, "version": version}
