"""Imports into a declared list: upload, choose columns, check, bring in."""

from functools import wraps
from typing import Any

from flask import (
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_login import current_user
from sqlalchemy import func, select

from carafe.admin.blueprint import blueprint
from carafe.admin.imports import invalid_rows, jobs, mapping
from carafe.admin.imports.access import may_import
from carafe.admin.imports.detection import detect
from carafe.admin.imports.encodings import ENCODINGS
from carafe.admin.imports.models import (  # fmt: skip
    ALL_OR_NOTHING,
    CHECKED,
    CHECKING,
    DONE,
    FILENAME_LENGTH,
    FOLDER,
    IMPORTING,
    MAX_OPEN,
    NEW,
    REVERTED,
    REVERTING,
    SKIP_INVALID,
    ImportRun,
)
from carafe.admin.imports.reading import UnreadableFileError
from carafe.admin.imports.spec import ImportSpec
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.routing import operation_required
from carafe.auth import quotas
from carafe.auth.marks import fresh_login_required, no_impersonation
from carafe.database import db
from carafe.database.batches import delete_dependents
from carafe.downloads import encrypted
from carafe.jobs import JobDefinition
from carafe.tabular.csv_export import csv_file
from carafe.web import polling
from carafe.web.forms import collapse_line_breaks
from carafe.web.routing import background_request, effect, max_body_size

MEGABYTES = 64
FORM_BYTES = 64 * 1024  # beside the file: its name, the token, boundaries
SHOWN_RUNS = 20


def _for_importers(view: Any) -> Any:
    """Declare a view as for users who may import into its list: 403 for others."""

    @operation_required("create")
    @wraps(view)
    def guarded(admin: ModelAdmin, **values: Any) -> Any:
        if not may_import(admin):
            abort(403)
        return view(admin, **values)

    return guarded


@blueprint.get("/<list(imports):admin>/imports/", endpoint="imports", strict_slashes=False)
@_for_importers
@fresh_login_required  # or the file would be chosen, and then a proof asked for
def show_imports(admin: ModelAdmin) -> Any:
    return _index(admin)


@blueprint.post("/<list(imports):admin>/imports/", strict_slashes=False)
@_for_importers
@fresh_login_required
@effect("this file will be uploaded")
@max_body_size(MEGABYTES * 1024 * 1024 + FORM_BYTES)
def upload(admin: ModelAdmin) -> Any:
    given = request.files.get("file")
    if given is None or not given.filename:
        return _index(admin, "Choose a file first.")
    db.session.close()  # others write meanwhile
    try:
        spec = _spec(admin)
        detected = detect(given.stream, lambda names: len(mapping.guess_mapping(spec, names)))
        given.stream.seek(0)
        file, parts, size = encrypted.save(given.stream, FOLDER)
    except UnreadableFileError as reason:
        return _index(admin, str(reason))
    user = current_user.user  # locked: of two uploads at once the second counts the first
    is_open = ImportRun.user_id == user.id, ImportRun.state.not_in([DONE, REVERTED])
    if (db.session.scalar(select(func.count()).where(*is_open)) or 0) >= MAX_OPEN:
        encrypted.drop(file, parts, FOLDER)
        db.session.commit()
        return _index(admin, f"You have {MAX_OPEN} imports that are not at their end. Delete one.")
    filename = str(collapse_line_breaks(given.filename)).replace("\0", "")[-FILENAME_LENGTH:]
    run = ImportRun(
        user_id=user.id, list=admin.name, filename=filename or "file.csv", file=file, parts=parts,
        size=size, format=detected.format, doubts=detected.doubts,
    )  # fmt: skip
    db.session.add(run)
    return _done(admin, run)


@blueprint.get("/<list(imports):admin>/imports/<int:id>", endpoint="import")
@_for_importers
@no_impersonation
def show_import(admin: ModelAdmin, id: int) -> Any:
    return _page(admin, id)


@blueprint.get("/<list(imports):admin>/imports/<int:id>/latest")
@_for_importers
@background_request
@no_impersonation
def latest_import(admin: ModelAdmin, id: int) -> Any:
    """How far it is now."""
    return polling.render_fragment("admin/_import.html", **_state(admin, id))


@blueprint.post("/<list(imports):admin>/imports/<int:id>/format")
@_for_importers
@fresh_login_required
@effect("the format of this import will be changed")
def save_import_format(admin: ModelAdmin, id: int) -> Any:
    """Read the file as somebody says. What was in doubt is settled by that."""
    run = _locked(admin, id, NEW, CHECKED)
    try:
        format = run.format.changed(request.form)
    except ValueError:
        return _page(admin, id, "This format is not valid. Check its fields."), 422
    run.format, run.doubts, run.mapping, run.state = format, {}, {}, NEW
    return _done(admin, run)


@blueprint.post("/<list(imports):admin>/imports/<int:id>/check")
@_for_importers
@fresh_login_required
@effect("this file will be checked")
def check_import(admin: ModelAdmin, id: int) -> Any:
    """Keep which column sets what, and read all rows."""
    run = _locked(admin, id, NEW, CHECKED)
    if run.doubts:
        return _page(admin, id, "Choose how to read this file first."), 422
    try:
        columns = range(len(mapping.initialize(run)[0]))
    except UnreadableFileError as reason:
        return _page(admin, id, str(reason)), 422
    names = {str(n): request.form.get(f"column-{n}", "") for n in columns}
    chosen = {n: name for n, name in names.items() if name in _spec(admin).targets}
    if problem := mapping.mapping_error(_spec(admin), [*chosen.values()]):
        return _page(admin, id, problem, chosen), 422
    run.mapping, run.rows, run.invalid, run.problem = chosen, 0, 0, ""
    return _begin(admin, run, CHECKING, jobs.check)


@blueprint.post("/<list(imports):admin>/imports/<int:id>/rows")
@_for_importers
@fresh_login_required
@effect("these rows will be imported")
def import_rows(admin: ModelAdmin, id: int) -> Any:
    run = _locked(admin, id, CHECKED, IMPORTING)
    if run.state == CHECKED:
        if run.problem or run.invalid >= run.rows:
            abort(409, "There is nothing in this file that can be imported.")
        run.mode = SKIP_INVALID if request.form.get("mode") == SKIP_INVALID else ALL_OR_NOTHING
        if run.invalid and run.mode == ALL_OR_NOTHING:
            return _page(admin, id, "Some rows are bad. Correct them, or choose to skip them."), 422
    return _begin(admin, run, IMPORTING, jobs.carry_out)


@blueprint.post("/<list(imports):admin>/imports/<int:id>/undoing")
@_for_importers
@fresh_login_required
@effect("this import will be undone")
def undo_import(admin: ModelAdmin, id: int) -> Any:
    """Take back what was brought in by one that stopped halfway."""
    run = _locked(admin, id, IMPORTING, REVERTING)
    run.problem = "It stopped halfway, and was taken back."
    return _begin(admin, run, REVERTING, jobs.undo)


@blueprint.post("/<list(imports):admin>/imports/<int:id>/delete")
@_for_importers
@fresh_login_required
@effect("this import will be deleted")
def delete_import(admin: ModelAdmin, id: int) -> Any:
    states = NEW, CHECKED, CHECKING, DONE, REVERTED
    _locked(admin, id, *states)
    delete_dependents(ImportRun, ImportRun.id == id)
    run = _locked(admin, id, *states)
    run.drop_file()
    db.session.delete(run)
    db.session.commit()
    flash(f"{run.filename} is deleted. What was imported from it stays.", "success")
    return redirect(url_for("admin.imports", admin=admin), 303)


@blueprint.get("/<list(imports):admin>/imports/<int:id>/errors.csv")
@_for_importers
@fresh_login_required
@quotas.one_at_a_time("export")
def import_errors(admin: ModelAdmin, id: int) -> Any:
    """All that is wrong with the file, as CSV."""
    run, _ = ImportRun.of(current_user.id, admin.name, id) or abort(404)
    lines = csv_file(invalid_rows.NAMES, invalid_rows.chunks(run.id))
    answer = Response(stream_with_context(lines), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"errors-{run.id}.csv")
    return answer


def _locked(admin: ModelAdmin, id: int, *states: str) -> ImportRun:
    """The import, to be changed: by who has it, while nobody works on it."""
    run = ImportRun.locked(id)
    if run is None or (run.user_id, run.list) != (current_user.id, admin.name):
        abort(404)
    _, job = ImportRun.of(current_user.id, admin.name, id) or abort(404)
    if run.state not in states or run.is_working(job):
        abort(409, "This import has gone on meanwhile. Look at its page.")
    return run


def _begin(admin: ModelAdmin, run: ImportRun, state: str, job: JobDefinition[Any]) -> Any:
    run.state, run.job_id = state, job.with_options(subject=f"user:{run.user_id}").enqueue(run.id)
    return _done(admin, run)


def _done(admin: ModelAdmin, run: ImportRun) -> Any:
    db.session.commit()
    return redirect(url_for("admin.import", admin=admin, id=run.id), 303)


def _spec(admin: ModelAdmin) -> ImportSpec:
    assert admin.import_spec, "it has these pages"  # noqa: S101
    return admin.import_spec


def _index(admin: ModelAdmin, problem: str = "") -> Any:
    own = ImportRun.user_id == current_user.id, ImportRun.list == admin.name
    runs = select(ImportRun).where(*own).order_by(ImportRun.id.desc()).limit(SHOWN_RUNS)
    shown = {"runs": db.session.scalars(runs).all(), "megabytes": MEGABYTES, "problem": problem}
    return render_template("admin/imports.html", admin=admin, **shown), 422 if problem else 200


def _page(admin: ModelAdmin, id: int, problem: str = "", chosen: Any = None) -> Any:
    state = _state(admin, id)
    if chosen is not None:
        state["chosen"] = chosen
    return render_template("admin/import.html", problem=problem, **state)


def _state(admin: ModelAdmin, id: int) -> dict[str, Any]:
    run, job = ImportRun.of(current_user.id, admin.name, id) or abort(404)
    working = job if run.is_working(job) else None
    found: dict[str, Any] = {"unreadable": "", "names": [], "rows": [], "samples": {}}
    if run.state in (NEW, CHECKED):
        try:
            found["names"], found["rows"] = mapping.initialize(run)
            found["samples"] = mapping.samples(run, run.doubts.get("encodings", []))
        except UnreadableFileError as reason:
            found["unreadable"] = str(reason)
    version = [run.state, run.attempt, run.invalid, run.problem, run.is_stuck(job)]
    if working:
        version += [working.state, working.done, working.message]
    names = found["names"]
    return {
        "admin": admin, "run": run, "working": working, "stuck": run.is_stuck(job),
        "job": job, "version": version, "encodings": ENCODINGS,
        "chosen": run.mapping or mapping.guess_mapping(_spec(admin), names),
        "twice": sorted({name for name in names if name and names.count(name) > 1}),
        "errors": invalid_rows.first_errors(run.id) if run.invalid else [], **found,
    }  # fmt: skip
