"""The imports of a list, and the upload of a file."""

from typing import IO

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import func, select

from carafe.admin.blueprint import blueprint
from carafe.admin.imports import mapping
from carafe.admin.imports.detection import Detected, detect
from carafe.admin.imports.models import (
    DONE,
    FILENAME_LENGTH,
    FOLDER,
    MAX_OPEN,
    REVERTED,
    ImportRun,
)
from carafe.admin.imports.reading import UnreadableFileError
from carafe.admin.model_admin import ModelAdmin
from carafe.admin.views.import_page import commit_and_redirect, importers_only, spec_of
from carafe.auth.marks import fresh_login_required
from carafe.database import db
from carafe.downloads import encrypted
from carafe.web.fields import collapse_line_breaks
from carafe.web.routing import effect, max_body_size

MEGABYTES = 64
FORM_BYTES = 64 * 1024  # The other parts of the form: file name, token, boundaries.
MAX_RUNS = 20


@blueprint.get("/<list(imports):admin>/imports/", endpoint="imports", strict_slashes=False)
@importers_only
@fresh_login_required  # Otherwise a login would be required after a file was selected.
def show_imports(admin: ModelAdmin) -> ResponseReturnValue:
    return _page(admin)


@blueprint.post("/<list(imports):admin>/imports/", strict_slashes=False)
@importers_only
@fresh_login_required
@effect("this file will be uploaded")
@max_body_size(MEGABYTES * 1024 * 1024 + FORM_BYTES)
def upload(admin: ModelAdmin) -> ResponseReturnValue:
    uploaded = request.files.get("file")
    if uploaded is None or not uploaded.filename:
        return _page(admin, "Choose a file to upload.")
    db.session.close()  # Other writers must not wait for the upload.
    try:
        detected = _detect(admin, uploaded.stream)
        file, parts, size = encrypted.save(uploaded.stream, FOLDER)
    except UnreadableFileError as error:
        return _page(admin, str(error))
    # This locks the user, so that concurrent uploads cannot exceed the limit.
    user = current_user.user
    if _count_open(user.id) >= MAX_OPEN:
        encrypted.drop(file, parts, FOLDER)
        db.session.commit()
        return _page(admin, f"You have {MAX_OPEN} unfinished imports. Finish or delete one first.")
    filename = str(collapse_line_breaks(uploaded.filename)).replace("\0", "")[-FILENAME_LENGTH:]
    run = ImportRun(
        user_id=user.id,
        list=admin.name,
        filename=filename or "file.csv",
        file=file,
        parts=parts,
        size=size,
        format=detected.format,
        doubts=detected.doubts,
    )
    db.session.add(run)
    return commit_and_redirect(admin, run)


def _detect(admin: ModelAdmin, file: IO[bytes]) -> Detected:
    spec = spec_of(admin)
    detected = detect(file, lambda names: len(mapping.guess_mapping(spec, names)))
    file.seek(0)
    return detected


def _count_open(user_id: int) -> int:
    conditions = ImportRun.user_id == user_id, ImportRun.state.not_in([DONE, REVERTED])
    return db.session.scalar(select(func.count(ImportRun.id)).where(*conditions)) or 0


def _page(admin: ModelAdmin, problem: str = "") -> ResponseReturnValue:
    query = select(ImportRun).where(
        ImportRun.user_id == current_user.id, ImportRun.list == admin.name
    )
    runs = db.session.scalars(query.order_by(ImportRun.id.desc()).limit(MAX_RUNS)).all()
    page = render_template(
        "admin/imports.html", admin=admin, runs=runs, megabytes=MEGABYTES, problem=problem
    )
    return page, 422 if problem else 200
