"""A list as a file, a chunk of rows at a time: the memory is the same for ten and for a million.

A short one is answered as CSV at once. A long one, or one for Excel, is made by a job.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO, Any

from flask import current_app
from sqlalchemy import ColumnElement, select

from carafe import downloads
from carafe.admin.lists.matching import COUNT_LIMIT, conditions, count_up_to, opaque, select_columns
from carafe.admin.lists.state import ListState
from carafe.admin.model_admin import ModelAdmin, find_admin
from carafe.audit import record
from carafe.audit.changes import drop_unredactable
from carafe.auth.models import UserMixin
from carafe.auth.permissions import permissions
from carafe.auth.users import user_model
from carafe.database import db, reading
from carafe.jobs import PermanentError, job, progress
from carafe.notifications import notify
from carafe.storage.temporary import temporary_folder
from carafe.tabular import xlsx
from carafe.tabular.csv_export import csv_file
from carafe.time import use_time_zone
from carafe.web.urls import endpoint_path

BATCH_SIZE = 1000
# Rows: an answer of more takes longer than a server that stops waits for it.
MAX_DIRECT_ROWS = 50_000
LIFETIME = timedelta(days=1)
FORMATS = {"csv": "text/csv", "xlsx": xlsx.MIMETYPE}

Where = list[ColumnElement[bool]]


def iter_rows(admin: ModelAdmin, where: Where) -> Iterator[str]:
    """Yield the rows that meet the conditions as CSV, by their ids."""
    return csv_file(names(admin), iter_batches(admin, where))


def names(admin: ModelAdmin) -> list[str]:
    return [admin.key.name, *admin.list.visible.attributes]


def iter_batches(admin: ModelAdmin, where: Where) -> Iterator[list[Any]]:
    """Lists of rows that meet the conditions: id, and what the columns are made of."""
    statement = select_columns(admin.list).with_only_columns(
        admin.key, *admin.list.visible.attributes.values()
    )
    if where and count_up_to(COUNT_LIMIT, admin.list, where) > COUNT_LIMIT:
        # By the filter's index all of them would be sorted for each chunk.
        where = [opaque(*where)]
    statement = statement.where(*where).order_by(admin.key)
    last = None
    while True:
        following = statement if last is None else statement.where(admin.key > last)
        chunk = db.session.execute(following.limit(BATCH_SIZE)).all()
        # Not one transaction for as long as somebody's line is slow: SQLite's log would grow.
        db.session.rollback()
        yield list(chunk)
        if len(chunk) < BATCH_SIZE:
            return
        last = chunk[-1][0]


def name_of(admin: ModelAdmin) -> str:
    """What the list is called among the files that are made for somebody."""
    return f"list {admin.name}"


def request(user: UserMixin, admin: ModelAdmin, format: str, arguments: Mapping[str, str]) -> bool:
    """Have a file made of what the list shows; False while another of it is being made."""
    # The label is the name of a file: its end says what it is.
    told = {"label": f"{admin.name}.{format}", "path": endpoint_path("admin.export", admin=admin)}
    given = user.id, admin.name, format, dict(arguments), user.time_zone
    if not downloads.request_export(user, name_of(admin), make, *given, **told):
        return False
    record("list.exported", list=admin.name, format=format, chosen=drop_unredactable(arguments))
    return True


@job(retries=3, backoff=timedelta(minutes=1), timeout=timedelta(hours=2))
def make(user_id: int, name: str, format: str, arguments: dict[str, str], zone: str) -> Any:
    """Write the file, and tell who asked for it."""
    use_time_zone(zone)  # the days of filters are theirs
    # Beside the data, where there is room for it, and not where others may look.
    with TemporaryFile(dir=current_app.instance_path) as file:
        with reading():  # it takes its time, and must hold up nobody who writes
            admin = _recheck_access(user_id, name).with_columns(arguments.get("columns", ""))
            rows = _with_progress(
                iter_batches(admin, conditions(ListState.parse(admin.list, arguments)))
            )
            cut = WRITERS[format](file, admin, rows, user_id)
        file.seek(0)
        export = downloads.store_export(user_id, name_of(admin), file, LIFETIME)
    if export:
        title, body = f"{export.label} is ready", "Download it within a day."
        notify(user_id, title, body, url=export.path, kind="export")
    return {"cut": cut}


def _recheck_access(user_id: int, name: str) -> ModelAdmin:
    admin = find_admin(name)
    model = user_model()
    role = db.session.scalar(
        select(model.effective_role).where(model.id == user_id, model.suspended_at.is_(None))
    )
    if admin is None or admin.permission("read") not in permissions(role or ""):
        raise PermanentError("Who asked for this list may not read it any more.")
    return admin


def _with_progress(found: Iterator[list[Any]]) -> Iterator[list[Any]]:
    rows = 0
    for chunk in found:
        progress(message=f"{rows:,} rows")
        yield chunk
        rows += len(chunk)


def _write_csv(file: IO[bytes], admin: ModelAdmin, found: Iterator[list[Any]], _: int) -> int:
    file.writelines(piece.encode() for piece in csv_file(names(admin), found))
    return 0


def _write_xlsx(
    file: IO[bytes], admin: ModelAdmin, found: Iterator[list[Any]], user_id: int
) -> int:
    rows = (row for chunk in found for row in chunk)
    with temporary_folder(f"{admin.name}-{user_id}") as folder:
        return xlsx.write(file, folder, admin.label, names(admin), rows)


WRITERS: dict[str, Callable[..., int]] = {"csv": _write_csv, "xlsx": _write_xlsx}
