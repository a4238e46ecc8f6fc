"""An import from its upload to its end, and what became of its rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, select
from sqlalchemy.orm import Mapped, composite, mapped_column

from carafe.admin.imports.formats import Format
from carafe.database import Base, db
from carafe.downloads import encrypted
from carafe.jobs import Job
from carafe.time import now

FOLDER = "imports"
FILENAME_LENGTH = 200
# Files hold what is somebody's: they go as soon as they were brought in, and after this.
LIFETIME = timedelta(days=7)
# Imports that one may have which are not at their end.
MAX_OPEN = 3

NEW, CHECKING, CHECKED = "new", "checking", "checked"
IMPORTING, REVERTING, REVERTED, DONE = "importing", "undoing", "undone", "done"
ALL_OR_NOTHING, SKIP_INVALID = "all", "good"
IN_PROGRESS = {CHECKING, IMPORTING, REVERTING}


class ImportRun(Base):
    """A file that somebody uploaded, and how far it is."""

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_user_id_list_id", "user_id", "list", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    # The name of the list it is for, and that of the file where it comes from, to be shown alone.
    list: Mapped[str] = mapped_column(String(60))
    filename: Mapped[str] = mapped_column(String(FILENAME_LENGTH))
    # Where the content is: see `archive`.
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
    # Encodings to choose from, and a garbled word, until somebody has looked: see `detection`.
    doubts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Which field each column sets, by the column's number.
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default=NEW)
    # "all" or "good": whether one bad row keeps all out, or itself alone.
    mode: Mapped[str] = mapped_column(String(4), default=ALL_OR_NOTHING)
    job_id: Mapped[int | None]
    # Counts who worked on it: one that lost its lease finds that somebody else does now.
    attempt: Mapped[int] = mapped_column(default=0)
    # The last row that was brought in, or refused, for good.
    position: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    invalid: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    # Why it cannot go on, or did not.
    problem: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)

    @classmethod
    def of(cls, user_id: int, name: str, id: int) -> tuple[ImportRun, Job | None] | None:
        """Somebody's import into a list, with the job that works on it."""
        found = select(cls, Job).outerjoin(Job, Job.id == cls.job_id)
        own = cls.id == id, cls.user_id == user_id, cls.list == name
        row = db.session.execute(found.where(*own)).first()
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
        """Whether nobody works on it any more, though it is not at its end."""
        return self.state in IN_PROGRESS and not self.is_working(job)

    def content(self) -> Any:
        """The file, part by part."""
        return encrypted.read(self.file or "", self.parts, FOLDER)

    def drop_file(self) -> None:
        encrypted.drop(self.file, self.parts, FOLDER)
        self.file = None


class ImportBatch(Base):
    """What became of some rows, written in the transaction that brought them in."""

    __tablename__ = "import_batch"
    __table_args__ = (Index("ix_import_batch_run_id_id", "run_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(ImportRun.id, ondelete="CASCADE"))
    # [row, column, value, what is wrong with it]
    errors: Mapped[list[Any]] = mapped_column(JSON, default=list)
    # [id] of a row that was made; [id, {attribute: [before, after]}] of one that was changed.
    changes: Mapped[list[Any]] = mapped_column(JSON, default=list)
