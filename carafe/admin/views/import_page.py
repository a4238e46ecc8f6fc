"""The page of an import, and what all views of imports share."""

from collections.abc import Mapping
from functools import wraps
from typing import cast

from flask import Response, abort, flash, redirect, render_template, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from carafe.admin.blueprint import blueprint
from carafe.admin.imports import invalid_rows, mapping
from carafe.admin.imports.access import may_import
from carafe.admin.imports.encodings import ENCODINGS
from carafe.admin.imports.models import CHECKED, CHECKING, DONE, NEW, REVERTED, ImportRun
from carafe.admin.imports.reading import UnreadableFileError
from carafe.admin.imports.spec import ImportSpec
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.routing import operation_required
from carafe.auth import quotas
from carafe.auth.marks import fresh_login_required, no_impersonation
from carafe.database import db
from carafe.database.batches import delete_dependents
from carafe.tabular.csv_export import csv_file
from carafe.web import polling
from carafe.web.routing import View, background_request, effect

DELETABLE = NEW, CHECKED, CHECKING, DONE, REVERTED


def importers_only(view: View) -> View:
    """Restrict a view to users who may import into its list."""

    @operation_required("create")
    @wraps(view)
    def guarded(admin: ModelAdmin, **values: int) -> ResponseReturnValue:
        if not may_import(admin):
            abort(403)
        response: ResponseReturnValue = view(admin, **values)
        return response

    return cast(View, guarded)


@blueprint.get("/<list(imports):admin>/imports/<int:id>", endpoint="import")
@importers_only
@no_impersonation
def show_import(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    return render_import(admin, id)


@blueprint.get("/<list(imports):admin>/imports/<int:id>/latest")
@importers_only
@background_request
@no_impersonation
def latest_import(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    """Return the part of the page that shows the progress."""
    return polling.render_fragment("admin/_import.html", **_state(admin, id))


@blueprint.post("/<list(imports):admin>/imports/<int:id>/delete")
@importers_only
@fresh_login_required
@effect("this import will be deleted")
def delete_import(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    lock_import(admin, id, *DELETABLE)
    # This commits after each batch, so the lock has to be taken again.
    delete_dependents(ImportRun, ImportRun.id == id)
    run = lock_import(admin, id, *DELETABLE)
    run.drop_file()
    db.session.delete(run)
    db.session.commit()
    flash(f"{run.filename} deleted. Imported rows were kept.", "success")
    return redirect(url_for("admin.imports", admin=admin), 303)


@blueprint.get("/<list(imports):admin>/imports/<int:id>/errors.csv")
@importers_only
@fresh_login_required
@quotas.one_at_a_time("export")
def import_errors(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    """Return all errors of the file as CSV."""
    run, _ = ImportRun.for_user(current_user.id, admin.name, id) or abort(404)
    lines = csv_file(invalid_rows.NAMES, invalid_rows.iter_batches(run.id))
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"errors-{run.id}.csv")
    return response


def lock_import(admin: ModelAdmin, id: int, *states: str) -> ImportRun:
    """Return a user's import, locked, if it is in one of these states and no job works on it."""
    run = ImportRun.locked(id)
    if run is None or (run.user_id, run.list) != (current_user.id, admin.name):
        abort(404)
    _, job = ImportRun.for_user(current_user.id, admin.name, id) or abort(404)
    if run.state not in states or run.is_working(job):
        abort(409, "This import has moved on. Reload the page.")
    return run


def commit_and_redirect(admin: ModelAdmin, run: ImportRun) -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("admin.import", admin=admin, id=run.id), 303)


def spec_of(admin: ModelAdmin) -> ImportSpec:
    """Return the spec of a list that can be imported."""
    assert admin.import_spec, "its routes require it"  # noqa: S101
    return admin.import_spec


def render_import(
    admin: ModelAdmin, id: int, problem: str = "", submitted: Mapping[str, str] | None = None
) -> str:
    """Return the page of an import. `submitted` is the mapping of columns in the form."""
    state = _state(admin, id)
    if submitted is not None:
        state["mapping"] = submitted
    return render_template("admin/import.html", problem=problem, **state)


def _state(admin: ModelAdmin, id: int) -> dict[str, object]:
    run, job = ImportRun.for_user(current_user.id, admin.name, id) or abort(404)
    running_job = job if run.is_working(job) else None
    version = [run.state, run.attempt, run.invalid, run.problem, run.is_stuck(job)]
    if running_job:
        version += [running_job.state, running_job.done, running_job.message]
    names, rows, samples, unreadable = _read_start(run)
    return {
        "admin": admin,
        "run": run,
        "working": running_job,
        "stuck": run.is_stuck(job),
        "job": job,
        "version": version,
        "encodings": ENCODINGS,
        "mapping": run.mapping or mapping.guess_mapping(spec_of(admin), names),
        "duplicates": sorted({name for name in names if name and names.count(name) > 1}),
        "errors": invalid_rows.first_errors(run.id) if run.invalid else [],
        "names": names,
        "rows": rows,
        "samples": samples,
        "unreadable": unreadable,
    }


def _read_start(
    run: ImportRun,
) -> tuple[list[str], list[list[str]], dict[str, list[str]], str]:
    """Return column names, rows, and samples by encoding, or why the file is unreadable."""
    names: list[str] = []
    rows: list[list[str]] = []
    if run.state not in (NEW, CHECKED):
        return names, rows, {}, ""
    try:
        names, rows = mapping.initialize(run)
        return names, rows, mapping.samples(run, run.doubts.get("encodings", [])), ""
    except UnreadableFileError as error:
        return names, rows, {}, str(error)
