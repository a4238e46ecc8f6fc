"""Steps of an import: choose the format and columns, check the file, import the rows."""

from flask import abort, request
from flask.typing import ResponseReturnValue

from carafe.admin.blueprint import blueprint
from carafe.admin.imports import jobs, mapping
from carafe.admin.imports.models import (
    ALL_OR_NOTHING,
    CHECKED,
    CHECKING,
    IMPORTING,
    NEW,
    REVERTING,
    SKIP_INVALID,
    ImportRun,
)
from carafe.admin.imports.reading import UnreadableFileError
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.views.import_page import (
    commit_and_redirect,
    importers_only,
    lock_import,
    render_import,
    spec_of,
)
from carafe.auth.marks import fresh_login_required
from carafe.jobs import JobDefinition
from carafe.web.routing import effect


@blueprint.post("/<list(imports):admin>/imports/<int:id>/format")
@importers_only
@fresh_login_required
@effect("the format of this import will be changed")
def save_import_format(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    """Save how to read the file, which settles the doubts about its format."""
    run = lock_import(admin, id, NEW, CHECKED)
    try:
        format = run.format.changed(request.form)
    except ValueError:
        return render_import(admin, id, "This format is not valid. Check its fields."), 422
    run.format, run.doubts, run.mapping, run.state = format, {}, {}, NEW
    return commit_and_redirect(admin, run)


@blueprint.post("/<list(imports):admin>/imports/<int:id>/check")
@importers_only
@fresh_login_required
@effect("this file will be checked")
def check_import(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    """Save which column sets which field, and check all rows."""
    run = lock_import(admin, id, NEW, CHECKED)
    if run.doubts:
        return render_import(admin, id, "Choose how to read this file first."), 422
    try:
        columns = range(len(mapping.initialize(run)[0]))
    except UnreadableFileError as error:
        return render_import(admin, id, str(error)), 422
    names = {str(n): request.form.get(f"column-{n}", "") for n in columns}
    submitted = {n: name for n, name in names.items() if name in spec_of(admin).targets}
    if problem := mapping.mapping_error(spec_of(admin), [*submitted.values()]):
        return render_import(admin, id, problem, submitted), 422
    run.mapping, run.rows, run.invalid, run.problem = submitted, 0, 0, ""
    return _enqueue(admin, run, CHECKING, jobs.check)


@blueprint.post("/<list(imports):admin>/imports/<int:id>/rows")
@importers_only
@fresh_login_required
@effect("these rows will be imported")
def import_rows(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    run = lock_import(admin, id, CHECKED, IMPORTING)
    if run.state == CHECKED:
        if run.problem or run.invalid >= run.rows:
            abort(409, "Nothing in this file can be imported.")
        run.mode = SKIP_INVALID if request.form.get("mode") == SKIP_INVALID else ALL_OR_NOTHING
        if run.invalid and run.mode == ALL_OR_NOTHING:
            problem = "Some rows are invalid. Fix them, or choose to skip them."
            return render_import(admin, id, problem), 422
    return _enqueue(admin, run, IMPORTING, jobs.run_import)


@blueprint.post("/<list(imports):admin>/imports/<int:id>/undoing")
@importers_only
@fresh_login_required
@effect("this import will be undone")
def undo_import(admin: ModelAdmin, id: int) -> ResponseReturnValue:
    """Revert the rows of an import that stopped halfway."""
    run = lock_import(admin, id, IMPORTING, REVERTING)
    run.problem = "The import stopped halfway and was undone."
    return _enqueue(admin, run, REVERTING, jobs.revert_import)


def _enqueue(
    admin: ModelAdmin, run: ImportRun, state: str, job: JobDefinition[[int]]
) -> ResponseReturnValue:
    run.state, run.job_id = state, job.with_options(subject=f"user:{run.user_id}").enqueue(run.id)
    return commit_and_redirect(admin, run)
