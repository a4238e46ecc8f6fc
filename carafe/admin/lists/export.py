"""Exports of lists, in batches of rows, so that memory use does not depend on the length.

Short CSV exports are streamed. Long ones, and those for Excel, are written by a job.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO, Protocol

from flask import current_app
from sqlalchemy import ColumnElement, select

from carafe import downloads
from carafe.admin.lists.matching import COUNT_LIMIT, conditions, count_up_to, opaque, select_columns
from carafe.admin.lists.state import ListState
from carafe.admin.model_admin import ModelAdmin, find_admin
from carafe.admin.schema import ResultRow
from carafe.audit import record
from carafe.audit.changes import drop_unredactable
from carafe.auth.models import UserMixin
from carafe.auth.permissions import permissions
from carafe.auth.users import user_model
from carafe.database import db, read_transaction
from carafe.jobs import PermanentError, job, progress
from carafe.notifications import notify
from carafe.plurals import pluralize
from carafe.storage.temporary import temporary_folder
from carafe.tabular import xlsx
from carafe.tabular.csv_export import csv_file
from carafe.time import use_time_zone
from carafe.web.urls import endpoint_path

BATCH_SIZE = 1000
# A longer response takes longer than a stopping server waits for it.
MAX_DIRECT_ROWS = 50_000
LIFETIME = timedelta(days=1)
FORMATS = {"csv": "text/csv", "xlsx": xlsx.MIMETYPE}

Conditions = Sequence[ColumnElement[bool]]
Batches = Iterable[Sequence[ResultRow]]


def iter_rows(admin: ModelAdmin, where: Conditions) -> Iterator[str]:
    """Yield the rows that meet the conditions as CSV, ordered by ID."""
    return csv_file(names(admin), iter_batches(admin, where))


def names(admin: ModelAdmin) -> list[str]:
    return [admin.key.name, *admin.list.visible.attributes]


def iter_batches(admin: ModelAdmin, where: Conditions) -> Iterator[Sequence[ResultRow]]:
    """Yield batches of rows that meet the conditions: the ID and the values of the columns."""
    query = select_columns(admin.list).with_only_columns(
        admin.key, *admin.list.visible.attributes.values()
    )
    if where and count_up_to(COUNT_LIMIT, admin.list, where) > COUNT_LIMIT:
        # With the index of a filter, the database would sort all rows for each batch.
        where = [opaque(*where)]
    query = query.where(*where).order_by(admin.key)
    last_id = None
    while True:
        next_query = query if last_id is None else query.where(admin.key > last_id)
        rows = db.session.execute(next_query.limit(BATCH_SIZE)).all()
        # No transaction stays open while a slow client reads: SQLite's log would grow.
        db.session.rollback()
        yield rows
        if len(rows) < BATCH_SIZE:
            return
        last_id = rows[-1][0]


def name_of(admin: ModelAdmin) -> str:
    """Return the name of an export of the list, of which each user has at most one."""
    return f"list {admin.name}"


def request(user: UserMixin, admin: ModelAdmin, format: str, arguments: Mapping[str, str]) -> bool:
    """Start an export; return False if another export of the list is running."""
    is_started = downloads.request_export(
        user,
        name_of(admin),
        make,
        user.id,
        admin.name,
        format,
        dict(arguments),
        user.time_zone,
        label=f"{admin.name}.{format}",  # The extension tells the download its format.
        path=endpoint_path("admin.export", admin=admin),
    )
    if not is_started:
        return False
    record("list.exported", list=admin.name, format=format, chosen=drop_unredactable(arguments))
    return True


@job(retries=3, backoff=timedelta(minutes=1), timeout=timedelta(hours=2))
def make(
    user_id: int, name: str, format: str, arguments: dict[str, str], zone: str
) -> dict[str, int]:
    """Write the file and notify the user."""
    use_time_zone(zone)  # Filters by date use the days of the user's time zone.
    # In INSTANCE_PATH: the temporary directory may be small or readable by other users.
    with TemporaryFile(dir=current_app.instance_path) as file:
        with read_transaction():  # Writers must not wait for a long export.
            admin = _recheck_access(user_id, name).with_columns(arguments.get("columns", ""))
            batches = _with_progress(
                iter_batches(admin, conditions(ListState.parse(admin.list, arguments)))
            )
            cut = WRITERS[format](file, admin, batches, user_id)
        file.seek(0)
        export = downloads.store_export(user_id, name_of(admin), file, LIFETIME)
    if export:
        title, body = f"{export.label} is ready", "Download it within 24 hours."
        notify(user_id, title, body, url=export.path, kind="export")
    return {"cut": cut}


def _recheck_access(user_id: int, name: str) -> ModelAdmin:
    admin = find_admin(name)
    model = user_model()
    role = db.session.scalar(
        select(model.effective_role).where(model.id == user_id, model.suspended_at.is_(None))
    )
    if admin is None or admin.permission("read") not in permissions(role or ""):
        raise PermanentError("The user who requested this export no longer has access to the list.")
    return admin


def _with_progress(batches: Batches) -> Iterator[Sequence[ResultRow]]:
    count = 0
    for rows in batches:
        progress(message=pluralize(count, "row"))
        yield rows
        count += len(rows)


class Writer(Protocol):
    """Writes a file and returns how many values were truncated."""

    def __call__(
        self, file: IO[bytes], admin: ModelAdmin, batches: Batches, user_id: int, /
    ) -> int: ...


def _write_csv(file: IO[bytes], admin: ModelAdmin, batches: Batches, _: int) -> int:
    file.writelines(text.encode() for text in csv_file(names(admin), batches))
    return 0


def _write_xlsx(file: IO[bytes], admin: ModelAdmin, batches: Batches, user_id: int) -> int:
    rows = (row for batch in batches for row in batch)
    with temporary_folder(f"{admin.name}-{user_id}") as folder:
        return xlsx.write(file, folder, admin.label, names(admin), rows)


WRITERS: dict[str, Writer] = {"csv": _write_csv, "xlsx": _write_xlsx}
