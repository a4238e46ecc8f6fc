"""A declared list as a file: at once, or made by a job and fetched from its page.

What leaves with a file is other people's data, so that each way to one asks for a recent proof.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
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
from carafe.database import db, writing
from carafe.downloads.models import Export
from carafe.time import now
from carafe.web import polling
from carafe.web.routing import background_request, effect


@blueprint.get("/<list:admin>/export", endpoint="export")
@operation_required("read")
@fresh_login_required  # or one would be asked for in the middle of a download
def show_export(admin: ModelAdmin) -> Any:
    where = matching.conditions(ListState.parse(admin.list, request.args))
    count = matching.count_up_to(export.MAX_DIRECT_ROWS, admin.list, where)
    return render_template(
        "admin/export.html", admin=admin, kept=listing.list_arguments(), count=count,
        most=export.MAX_DIRECT_ROWS, **_state(admin),
    )  # fmt: skip


@blueprint.get("/<list:admin>/export/latest")
@operation_required("read")
@background_request
@no_impersonation
def latest_export(admin: ModelAdmin) -> Any:
    """How far it is now."""
    return polling.render_fragment(
        "admin/_export.html", admin=admin, kept=listing.list_arguments(), **_state(admin)
    )


@blueprint.get("/<list:admin>/export.csv")
@operation_required("read")
@fresh_login_required
@quotas.one_at_a_time("export")
def export_csv(admin: ModelAdmin) -> Any:
    """What the list shows, all pages of it; a long one by way of its page."""
    where = matching.conditions(ListState.parse(admin.list, request.args))
    if matching.count_up_to(export.MAX_DIRECT_ROWS, admin.list, where) > export.MAX_DIRECT_ROWS:
        return _to_page(admin)
    quotas.EXPORTS.spend()
    with writing():
        record(
            "list.exported",
            list=admin.name,
            format="csv",
            chosen=drop_unredactable(listing.list_arguments()),
        )
        db.session.commit()
    lines = export.iter_rows(admin.with_columns(request.args.get("columns", "")), where)
    answer = Response(stream_with_context(lines), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=_named(admin, "csv", now()))
    return answer


@blueprint.get("/<list:admin>/export.xlsx")
@operation_required("read")
@no_impersonation
def export_xlsx(admin: ModelAdmin) -> Any:
    """It is made by a job: see its page."""
    return _to_page(admin)


@blueprint.post("/<list:admin>/export.csv", defaults={"format": "csv"})
@blueprint.post("/<list:admin>/export.xlsx", defaults={"format": "xlsx"})
@operation_required("read")
@fresh_login_required
@effect("this list will be exported")
def make_export(admin: ModelAdmin, format: str) -> Any:
    quotas.EXPORTS.spend()
    export.request(current_user.user, admin, format, listing.list_arguments())
    db.session.commit()
    return _to_page(admin)


@blueprint.get("/<list:admin>/export/file")
@operation_required("read")
@fresh_login_required
@quotas.one_at_a_time("download")
def export_file(admin: ModelAdmin) -> Any:
    found, _ = Export.of(current_user.id, export.name_of(admin))
    if found is None or not found.is_ready or found.ended_at is None:
        return _to_page(admin)  # which says how it is
    format = found.label.rpartition(".")[2]
    name = _named(admin, format, found.ended_at)
    try:
        return downloads.download_response(found, name, export.FORMATS[format])
    except downloads.UnreadableError as reason:
        flash(str(reason), "danger")
        return _to_page(admin)


def _to_page(admin: ModelAdmin) -> Any:
    # Not as arguments of `url_for`, some of which mean something to it.
    query = f"?{urlencode(listing.list_arguments())}" if listing.list_arguments() else ""
    return redirect(url_for("admin.export", admin=admin) + query, 303)


def _named(admin: ModelAdmin, format: str, at: datetime) -> str:
    return f"{admin.name}-{at:%Y-%m-%d}.{format}"


def _state(admin: ModelAdmin) -> dict[str, Any]:
    found, job = Export.of(current_user.id, export.name_of(admin))
    running = job if found and found.is_running(job) else None
    version: list[Any] = [found and (found.job_id, found.is_ready)]
    if running:
        version += [running.state, running.message]
    cut = (job.result or {}).get("cut", 0) if job else 0
    return {"export": found, "running": running, "cut": cut, "version": version}
