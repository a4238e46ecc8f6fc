"""Imports: the uploaded file, its progress, and the results of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, select
from sqlalchemy.orm import Mapped, composite, mapped_column

from carafe.admin.imports.formats import Format
from carafe.database import Base, db
from carafe.database.aliases import JSONObject
from carafe.downloads import encrypted
from carafe.jobs import Job
from carafe.time import now

FOLDER = "imports"
FILENAME_LENGTH = 200
# Files contain personal data: they are deleted after the import, or after this time.
LIFETIME = timedelta(days=7)
# Unfinished imports of a user.
MAX_OPEN = 3
# [row, column, value, message]
CellError = list[Any]
# [id] of a created row; [id, {attribute: [old, new]}] of an updated one.
RowChange = list[Any]

NEW, CHECKING, CHECKED = "new", "checking", "checked"
IMPORTING, REVERTING, REVERTED, DONE = "importing", "undoing", "undone", "done"
ALL_OR_NOTHING, SKIP_INVALID = "all", "good"
IN_PROGRESS = {CHECKING, IMPORTING, REVERTING}


class ImportRun(Base):
    """An uploaded file, and the progress of its import."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_user_id_list_id", "user_id", "list", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    # The name of the list, and the original name of the file, which is only displayed.
    list: Mapped[str] = mapped_column(String(60))
    filename: Mapped[str] = mapped_column(String(FILENAME_LENGTH))
    # The name of the stored file: see `downloads.encrypted`.
    file: Mapped[str | None] = mapped_column(String(32))
    parts: Mapped[int]
    size: Mapped[int]
    format: Mapped[Format] = composite(
        mapped_column("encoding", String(20)),
        mapped_column("delimiter", String(1)),
        mapped_column("quote", String(2)),
        mapped_column("skip", Integer),
        mapped_column("heading", String(5)),
        mapped_column("missing", String(5)),
        mapped_column("guards", String(6)),
        mapped_column("decimal", String(1)),
        mapped_column("dates", String(3)),
    )
    # Likely encodings and a garbled word, until the user settles them: see `detection`.
    doubts: Mapped[JSONObject] = mapped_column(JSON, default=dict)
    # The name of the field that each column sets, by the column's number.
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default=NEW)
    # "all" or "good": whether one invalid row prevents the import, or is skipped.
    mode: Mapped[str] = mapped_column(String(4), default=ALL_OR_NOTHING)
    job_id: Mapped[int | None]
    # Counts the workers, so that one that lost its lease notices that another took over.
    attempt: Mapped[int] = mapped_column(default=0)
    # The number of the last row that was imported or skipped.
    position: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    invalid: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    # Why it cannot continue.
    problem: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)

    @classmethod
    def for_user(cls, user_id: int, name: str, id: int) -> tuple[ImportRun, Job | None] | None:
        """Return a user's import into a list and its job, or None if there is no such import."""
        query = select(cls, Job).outerjoin(Job, Job.id == cls.job_id)
        query = query.where(cls.id == id, cls.user_id == user_id, cls.list == name)
        row = db.session.execute(query).first()
        return (row[0], row[1]) if row else None

    @classmethod
    def locked(cls, id: int) -> ImportRun | None:
        return db.session.get(cls, id, with_for_update=True, populate_existing=True)

    @property
    def subject(self) -> str:
        return f"import:{self.id}"

    def is_working(self, job: Job | None) -> bool:
        return self.state in IN_PROGRESS and job is not None and not job.is_finished

    def is_stuck(self, job: Job | None) -> bool:
        """Return whether its job ended before it was finished."""
        return self.state in IN_PROGRESS and not self.is_working(job)

    def content(self) -> Iterator[bytes]:
        """Yield the parts of the file."""
        return encrypted.read(self.file or "", self.parts, FOLDER)

    def drop_file(self) -> None:
        encrypted.drop(self.file, self.parts, FOLDER)
        self.file = None


class ImportBatch(Base):
    """The results of some rows, written in the transaction that imported them."""

    __tablename__ = "import_batch"
    __table_args__ = (Index("ix_import_batch_run_id_id", "run_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(ImportRun.id, ondelete="CASCADE"))
    errors: Mapped[list[CellError]] = mapped_column(JSON, default=list)
    changes: Mapped[list[RowChange]] = mapped_column(JSON, default=list)
