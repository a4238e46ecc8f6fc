"""The long parts of an import. Each goes on where it was when its worker ended.

A batch of rows is brought in by one transaction with the position in the file, so that none is
there twice or missing. "All or nothing" cannot be one transaction: on SQLite all others would wait
for its end. What it did is written down, and taken back at the first row that is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import select, update

from carafe.admin.imports.access import permissions_of
from carafe.admin.imports.models import (  # fmt: skip
    CHECKED,
    CHECKING,
    DONE,
    FOLDER,
    IMPORTING,
    LIFETIME,
    REVERTED,
    REVERTING,
    SKIP_INVALID,
    ImportBatch,
    ImportRun,
)
from carafe.admin.imports.reading import UnreadableFileError, table
from carafe.admin.imports.rows import RowValidator, apply, revert
from carafe.admin.imports.spec import ImportSpec
from carafe.admin.model_admin import find_admin
from carafe.audit import record
from carafe.auth.permissions import permissions
from carafe.auth.users import user_model
from carafe.database import db, reading
from carafe.database.batches import delete_in_batches
from carafe.downloads import orphans
from carafe.jobs import PermanentError, job, progress, scheduled
from carafe.notifications import notify
from carafe.time import now
from carafe.web.urls import endpoint_path

# Rows in one transaction: others, who wait meanwhile, do so for some 20 ms.
BATCH_SIZE = 200
# More than this is a file for another list, or columns chosen wrongly.
MAX_INVALID = 20_000
MAX_PURGED = 100

OPTIONS: Any = {"retries": 3, "backoff": timedelta(seconds=30), "timeout": timedelta(hours=2)}


@job(**OPTIONS)
def check(run_id: int) -> None:
    """Read all rows, and write down what is wrong with them. Nothing else is changed."""
    if (run := _claim(run_id, CHECKING)) is None:
        return
    delete_in_batches(ImportBatch, ImportBatch.run_id == run.id)
    rows = invalid = 0
    problem = ""
    try:
        spec = _spec(run)
        for checker, batch in _batches(run, spec):
            by = _check_permissions(run, spec)
            with reading():
                found = checker.check(batch, by)
            rows += len(found)
            if errors := [error for row in found for error in row.errors]:
                invalid += sum(bool(row.errors) for row in found)
                db.session.add(ImportBatch(run_id=run.id, errors=errors))
                _update(run, rows=rows, invalid=invalid)
                db.session.commit()
            progress(message=f"{rows:,} rows checked")
            if invalid > MAX_INVALID:
                raise UnreadableFileError(
                    f"More than {MAX_INVALID:,} rows are bad, and the rest was not looked at. "
                    "Are the columns chosen as they should be?"
                )
        if not rows:
            raise UnreadableFileError("There are no rows below the heading.")
    except UnreadableFileError as reason:
        problem = str(reason)
    _update(run, state=CHECKED, rows=rows, invalid=invalid, problem=problem)
    _notify(run, f"{run.filename} is checked")


@job(**OPTIONS)
def run_import(run_id: int) -> None:
    """Bring the rows in, from where the last worker stopped."""
    if (run := _claim(run_id, IMPORTING)) is None:
        return
    spec = _spec(run)
    with reading():
        batches = select(ImportBatch.errors).where(ImportBatch.run_id == run.id)
        refused = {error[0] for errors in db.session.scalars(batches) for error in errors}
        db.session.rollback()
    for checker, batch in _batches(run, spec):
        try:
            by = _check_permissions(run, spec)
        except PermanentError as reason:
            if run.mode == SKIP_INVALID:
                raise
            _start_revert(run, str(reason))
            return
        with reading():
            found = [row for row in checker.check(batch, by) if row.number not in refused]
        good = [row for row in found if not row.errors]
        errors = [error for row in found for error in row.errors]
        late, changes = apply(spec, good)
        errors += late
        if errors and run.mode != SKIP_INVALID:
            db.session.rollback()
            _start_revert(run, _format_error(errors[0]))
            return
        run.created += sum(len(one) == 1 for one in changes)
        run.changed += sum(len(one) > 1 for one in changes)
        run.invalid += len(found) - len(changes)
        run.position = batch[-1][0]
        db.session.add(ImportBatch(run_id=run.id, errors=errors, changes=changes))
        counts = {
            name: getattr(run, name) for name in ("created", "changed", "invalid", "position")
        }
        _update(run, **counts)
        db.session.commit()
        progress(
            run.created + run.changed,
            max(run.rows - run.invalid, 1),
            f"{run.created + run.changed:,} rows",
        )
    _finish(run, DONE, "imported")


@job(**OPTIONS)
def revert_import(run_id: int) -> None:
    """Take back what was brought in, the last first."""
    if (run := _claim(run_id, REVERTING)) is None:
        return
    spec, before = _spec(run), None
    batches = (
        select(ImportBatch).where(ImportBatch.run_id == run.id).order_by(ImportBatch.id.desc())
    )
    while True:
        following = batches if before is None else batches.where(ImportBatch.id < before)
        if (batch := db.session.scalar(following)) is None:
            break
        revert(spec, batch.changes)
        before, batch.changes = batch.id, []
        _update(run)
        db.session.commit()
        progress(message="Taking it back")
    run.created = run.changed = 0
    _update(run, created=0, changed=0)
    _finish(run, REVERTED, "import_undone")


@scheduled("20 * * * *")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Forget imports that had their days, and delete files that are nobody's; how many of these."""
    over = select(ImportRun).where(ImportRun.created_at <= now() - LIFETIME).limit(MAX_PURGED)
    while runs := db.session.scalars(over).all():
        for run in runs:
            delete_in_batches(ImportBatch, ImportBatch.run_id == run.id)
            run.drop_file()
            db.session.delete(run)
            db.session.commit()
    return orphans.delete_orphans(FOLDER, ImportRun.file)


def _claim(run_id: int, state: str) -> ImportRun | None:
    """The import, for this worker from now on; None if it is not to be worked on any more."""
    run = ImportRun.locked(run_id)
    if run is None or run.state != state:
        return None
    run.attempt += 1
    db.session.commit()
    db.session.expunge(run)
    return run


def _update(run: ImportRun, **values: Any) -> None:
    """Write into its row, unless another worker has it by now: then nothing of this is kept."""
    mine = update(ImportRun).where(ImportRun.id == run.id, ImportRun.attempt == run.attempt)
    if (
        db.session.scalar(mine.values(attempt=run.attempt, **values).returning(ImportRun.id))
        is None
    ):
        raise PermanentError("Another worker goes on with it, or it was deleted.")


def _spec(run: ImportRun) -> ImportSpec:
    admin = find_admin(run.list)
    spec = admin and admin.import_spec
    if not admin or not spec or not {*run.mapping.values()} <= {*spec.targets}:
        raise PermanentError(f"{run.list} is not imported in this way any more.")
    return spec


def _check_permissions(run: ImportRun, spec: ImportSpec) -> Any:
    """Id and role of who asked for it, if they still may. Looked up before each batch."""
    model = user_model()
    own = select(model.id, model.effective_role.label("role")).where(
        model.id == run.user_id, model.suspended_at.is_(None)
    )
    with reading():
        by = db.session.execute(own).first()
        db.session.rollback()
    if by is None or not permissions_of(spec) <= permissions(by.role):
        raise PermanentError("Who asked for this import may not do it any more.")
    return by


def _batches(
    run: ImportRun, spec: ImportSpec
) -> Iterator[tuple[RowValidator, Sequence[tuple[int, Any]]]]:
    """The records behind the position, so many at a time."""
    names, found = table(run.content(), run.format)
    checker = RowValidator(spec, names, run.mapping, run.format)
    rest = (record for record in found if record[0] > run.position)
    while batch := list(islice(rest, BATCH_SIZE)):
        yield checker, batch


def _format_error(error: Sequence[Any]) -> str:
    number, column, _, reason = error
    where = f"Row {number}, {column}" if column else f"Row {number}"
    return f"{where}: {reason}"


def _start_revert(run: ImportRun, why: str) -> None:
    job_id = revert_import.with_options(subject=f"user:{run.user_id}").enqueue(run.id)
    _update(run, state=REVERTING, problem=f"{why} Nothing was imported.", job_id=job_id)


def _finish(run: ImportRun, state: str, done: str) -> None:
    run.drop_file()
    _update(run, state=state, file=None)
    model = user_model()
    email = db.session.scalar(select(model.email).where(model.id == run.user_id))
    counts = {"created": run.created, "changed": run.changed, "invalid": run.invalid}
    record(f"{run.list}.{done}", run.subject, actor=email, file=run.filename, **counts)
    _notify(
        run, f"{run.filename} is imported" if state == DONE else f"{run.filename} was not imported"
    )


def _notify(run: ImportRun, title: str) -> None:
    path = endpoint_path("admin.import", admin=run.list, id=run.id)
    counts = f"{run.created:,} made, {run.changed:,} changed."
    notify(run.user_id, title, counts if run.position else "", url=path, kind="import")
