"""The jobs of an import, each of which resumes where its worker stopped.

A batch of rows is imported in one transaction with the position in the file, so that no row is
imported twice or lost. "All or nothing" cannot be one transaction, since on SQLite other writers
would wait until it ends. Instead, its changes are recorded and reverted at the first invalid row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select, update

from carafe.admin.imports.access import permissions_of
from carafe.admin.imports.models import (
    CHECKED,
    CHECKING,
    DONE,
    FOLDER,
    IMPORTING,
    LIFETIME,
    REVERTED,
    REVERTING,
    SKIP_INVALID,
    CellError,
    ImportBatch,
    ImportRun,
)
from carafe.admin.imports.reading import Record, UnreadableFileError, table
from carafe.admin.imports.rows import Actor, ImportRow, RowValidator
from carafe.admin.imports.spec import ImportSpec
from carafe.admin.imports.writing import apply, revert
from carafe.admin.model_admin import find_admin
from carafe.audit import record
from carafe.auth.permissions import permissions
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.database.batches import delete_in_batches
from carafe.downloads import orphans
from carafe.jobs import PermanentError, job, progress, scheduled
from carafe.notifications import notify
from carafe.plurals import pluralize
from carafe.time import now
from carafe.web.urls import endpoint_path

# Rows in one transaction, which takes some 20 ms, while other writers wait.
BATCH_SIZE = 200
# With more invalid rows, the file is for another list, or the mapping is wrong.
MAX_INVALID = 20_000
MAX_PURGED = 100

OPTIONS: dict[str, Any] = {
    "retries": 3,
    "backoff": timedelta(seconds=30),
    "timeout": timedelta(hours=2),
}


@job(**OPTIONS)
def check(run_id: int) -> None:
    """Check all rows and store their errors."""
    if (run := _claim(run_id, CHECKING)) is None:
        return
    delete_in_batches(ImportBatch, ImportBatch.run_id == run.id)
    problem = ""
    run.rows = run.invalid = 0
    try:
        spec = _spec(run)
        for validator, batch in _batches(run, spec):
            _check_batch(run, spec, validator, batch)
        if not run.rows:
            raise UnreadableFileError("The file has no rows below the header.")
    except UnreadableFileError as error:
        problem = str(error)
    _update(run, state=CHECKED, rows=run.rows, invalid=run.invalid, problem=problem)
    _notify(run, f"{run.filename} validated")


def _check_batch(
    run: ImportRun, spec: ImportSpec, validator: RowValidator, batch: Sequence[Record]
) -> None:
    """Store the errors of a batch. Raises `UnreadableFileError` for too many invalid rows."""
    user = _check_permissions(run, spec)
    with read_transaction():
        rows = validator.check(batch, user)
    run.rows += len(rows)
    if errors := [error for row in rows for error in row.errors]:
        run.invalid += sum(bool(row.errors) for row in rows)
        db.session.add(ImportBatch(run_id=run.id, errors=errors))
        _update(run, rows=run.rows, invalid=run.invalid)
        db.session.commit()
    progress(message=f"{pluralize(run.rows, 'row')} validated")
    if run.invalid > MAX_INVALID:
        raise UnreadableFileError(
            f"More than {MAX_INVALID:,} rows are invalid, so we stopped. Check that the columns "
            "are matched correctly."
        )


@job(**OPTIONS)
def run_import(run_id: int) -> None:
    """Import the rows, from where the last worker stopped."""
    if (run := _claim(run_id, IMPORTING)) is None:
        return None
    spec = _spec(run)
    with read_transaction():
        query = select(ImportBatch.errors).where(ImportBatch.run_id == run.id)
        invalid_numbers = {error[0] for errors in db.session.scalars(query) for error in errors}
        db.session.rollback()
    for validator, batch in _batches(run, spec):
        try:
            user = _check_permissions(run, spec)
        except PermanentError as error:
            if run.mode == SKIP_INVALID:
                raise
            return _start_revert(run, str(error))
        with read_transaction():
            rows = validator.check(batch, user)
        rows = [row for row in rows if row.number not in invalid_numbers]
        if reason := _import_batch(run, spec, rows, last_number=batch[-1].number):
            return _start_revert(run, reason)
    return _finish(run, DONE, "imported")


def _import_batch(
    run: ImportRun, spec: ImportSpec, rows: Sequence[ImportRow], *, last_number: int
) -> str:
    """Import a batch; return why to revert the import, or ""."""
    errors = [error for row in rows for error in row.errors]
    new_errors, changes = apply(spec, [row for row in rows if not row.errors])
    errors += new_errors
    if errors and run.mode != SKIP_INVALID:
        db.session.rollback()
        return _format_error(errors[0])
    run.created += sum(len(change) == 1 for change in changes)
    run.changed += sum(len(change) > 1 for change in changes)
    run.invalid += len(rows) - len(changes)
    run.position = last_number
    db.session.add(ImportBatch(run_id=run.id, errors=errors, changes=changes))
    names = "created", "changed", "invalid", "position"
    _update(run, **{name: getattr(run, name) for name in names})
    db.session.commit()
    done = run.created + run.changed
    progress(done, max(run.rows - run.invalid, 1), pluralize(done, "row"))
    return ""


@job(**OPTIONS)
def revert_import(run_id: int) -> None:
    """Revert the imported rows, the last ones first."""
    if (run := _claim(run_id, REVERTING)) is None:
        return
    spec, last_id = _spec(run), None
    batches = (
        select(ImportBatch).where(ImportBatch.run_id == run.id).order_by(ImportBatch.id.desc())
    )
    while True:
        query = batches if last_id is None else batches.where(ImportBatch.id < last_id)
        if (batch := db.session.scalar(query)) is None:
            break
        revert(spec, batch.changes)
        last_id, batch.changes = batch.id, []
        _update(run)
        db.session.commit()
        progress(message="Undoing…")
    run.created = run.changed = 0
    _update(run, created=0, changed=0)
    _finish(run, REVERTED, "import_undone")


@scheduled("20 * * * *")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Delete old imports and orphaned files; return how many files."""
    query = select(ImportRun).where(ImportRun.created_at <= now() - LIFETIME).limit(MAX_PURGED)
    while runs := db.session.scalars(query).all():
        for run in runs:
            delete_in_batches(ImportBatch, ImportBatch.run_id == run.id)
            run.drop_file()
            db.session.delete(run)
            db.session.commit()
    return orphans.delete_orphans(FOLDER, ImportRun.file)


def _claim(run_id: int, state: str) -> ImportRun | None:
    """Return the import, claimed by this worker, or None if it is in another state."""
    run = ImportRun.locked(run_id)
    if run is None or run.state != state:
        return None
    run.attempt += 1
    db.session.commit()
    db.session.expunge(run)
    return run


def _update(run: ImportRun, **values: object) -> None:
    """Update the row. Raises `PermanentError` if another worker has claimed the import since."""
    query = update(ImportRun).where(ImportRun.id == run.id, ImportRun.attempt == run.attempt)
    query = query.values(attempt=run.attempt, **values).returning(ImportRun.id)
    if db.session.scalar(query) is None:
        raise PermanentError("Another worker took over this import, or it was deleted.")


def _spec(run: ImportRun) -> ImportSpec:
    admin = find_admin(run.list)
    spec = admin and admin.import_spec
    if not admin or not spec or not {*run.mapping.values()} <= {*spec.targets}:
        raise PermanentError(f"{run.list} can no longer be imported this way.")
    return spec


def _check_permissions(run: ImportRun, spec: ImportSpec) -> Actor:
    """Return ID and role of the user, checked before each batch. Raises `PermanentError`."""
    model = user_model()
    query = select(model.id, model.effective_role.label("role")).where(
        model.id == run.user_id, model.suspended_at.is_(None)
    )
    with read_transaction():
        user = db.session.execute(query).first()
        db.session.rollback()
    if user is None or not permissions_of(spec) <= permissions(user.role):
        raise PermanentError("The user who started this import no longer has permission.")
    return user


def _batches(run: ImportRun, spec: ImportSpec) -> Iterator[tuple[RowValidator, Sequence[Record]]]:
    """Yield batches of the records after the position, with their validator."""
    names, records = table(run.content(), run.format)
    validator = RowValidator(spec, names, run.mapping, run.format)
    remaining = (record for record in records if record.number > run.position)
    while batch := list(islice(remaining, BATCH_SIZE)):
        yield validator, batch


def _format_error(error: CellError) -> str:
    number, column, _, reason = error
    where = f"Row {number}, {column}" if column else f"Row {number}"
    return f"{where}: {reason}"


def _start_revert(run: ImportRun, reason: str) -> None:
    job_id = revert_import.with_options(subject=f"user:{run.user_id}").enqueue(run.id)
    _update(run, state=REVERTING, problem=f"{reason} Nothing was imported.", job_id=job_id)


def _finish(run: ImportRun, state: str, participle: str) -> None:
    run.drop_file()
    _update(run, state=state, file=None)
    model = user_model()
    email = db.session.scalar(select(model.email).where(model.id == run.user_id))
    counts = {"created": run.created, "changed": run.changed, "invalid": run.invalid}
    record(f"{run.list}.{participle}", run.subject, actor=email, file=run.filename, **counts)
    _notify(
        run, f"{run.filename} imported" if state == DONE else f"Import of {run.filename} failed"
    )


def _notify(run: ImportRun, title: str) -> None:
    path = endpoint_path("admin.import", admin=run.list, id=run.id)
    counts = f"{run.created:,} created, {run.changed:,} updated"
    notify(run.user_id, title, counts if run.position else "", url=path, kind="import")
