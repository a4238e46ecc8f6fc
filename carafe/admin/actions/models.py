"""Bulk actions: who started one, its progress, and its results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe.database import Base, db
from carafe.time import now

UNDO_LIFETIME = timedelta(hours=24)
RETENTION = timedelta(days=30)
# Rows in one transaction of a job. Other writers wait until it ends.
BATCH_SIZE = 10
# Rows that are processed in the request. A job processes more.
MAX_DIRECT_ROWS = 20
# Rows that are listed for each reason, and reasons that are listed separately.
MAX_NAMED = 20
# [id], or [id, changed attributes, digest of their values] of a row that can be reverted.
PendingRow = list[Any]


class BatchOutcome(TypedDict):
    """The results of a batch, as JSON; IDs of skipped and failed rows by reason."""

    done: list[PendingRow]
    skipped: dict[str, list[int]]
    failed: dict[str, list[int]]


class BulkAction(Base):
    """An action on the rows of a list, which are enumerated first and then processed in batches.

    The results of a batch are stored in the transaction that changes its rows, so that a worker
    that resumes after a crash processes no row twice.
    """

    __tablename__ = "bulk_action"
    __table_args__ = (
        UniqueConstraint("actor_id", "submission"),
        Index("ix_bulk_action_created_at", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    # Identifies the form, so that submitting it twice starts one action.
    submission: Mapped[str] = mapped_column(String(32))
    # The names of the list and the action in their declarations.
    list_name: Mapped[str] = mapped_column(String(50))
    action: Mapped[str] = mapped_column(String(50))
    # Arguments of the list that rows must still match; "" for rows that were ticked.
    query: Mapped[str] = mapped_column(Text)
    # The largest ID when it was confirmed, so that rows added later are not included.
    last_id: Mapped[int]
    # The bulk action that this one reverts.
    undone_action_id: Mapped[int | None] = mapped_column(
        ForeignKey("bulk_action.id", ondelete="CASCADE"), unique=True
    )
    job_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    # Why it ended early.
    stop_reason: Mapped[str] = mapped_column(String(200), default="")
    # Whether all of its rows are in batches; how many rows and batches there are.
    is_enumerated: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int] = mapped_column(default=0)
    batches: Mapped[int] = mapped_column(default=0)
    # Processed batches, and the results of their rows.
    batches_done: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    # {"skipped": {reason: [count, [first IDs]]}, "failed": …}
    reasons: Mapped[dict[str, dict[str, list[Any]]]] = mapped_column(JSON, default=dict)

    @classmethod
    def locked(cls, id: int) -> BulkAction | None:
        return db.session.get(cls, id, with_for_update=True, populate_existing=True)

    @classmethod
    def by_submission(cls, actor_id: int, submission: str) -> BulkAction | None:
        """Return the bulk action that was started by a form, if it was submitted before."""
        query = select(cls).where(cls.actor_id == actor_id, cls.submission == submission)
        return db.session.scalar(query)

    @classmethod
    def undo_of(cls, id: int) -> BulkAction | None:
        """Return the bulk action that reverts another one."""
        return db.session.scalar(select(cls).where(cls.undone_action_id == id))

    @property
    def subject(self) -> str:
        """Return the name of this bulk action in the audit trail."""
        return f"run:{self.id}"

    @property
    def processed(self) -> int:
        """Return the number of processed rows."""
        return self.done + self.skipped + self.failed

    @property
    def is_undoable(self) -> bool:
        """Return whether it ended recently, changed rows, and isn't an undo itself."""
        is_recent = self.ended_at is not None and now() - self.ended_at < UNDO_LIFETIME
        return is_recent and self.done > 0 and self.undone_action_id is None

    def add_batches(self, batches: Sequence[list[PendingRow]]) -> None:
        for rows in batches:
            db.session.add(Batch(bulk_action_id=self.id, number=self.batches, rows=rows))
            self.batches += 1
            self.total += len(rows)
        db.session.flush()

    def record_batch(self, outcome: BatchOutcome) -> None:
        """Add the results of a batch."""
        self.batches_done += 1
        self.done += len(outcome["done"])
        self.skipped += sum(map(len, outcome["skipped"].values()))
        self.failed += sum(map(len, outcome["failed"].values()))
        # New objects, because SQLAlchemy doesn't notice changes inside JSON values.
        self.reasons = {
            kind: _add_reasons(self.reasons.get(kind, {}), ids_by_reason)
            for kind, ids_by_reason in (
                ("skipped", outcome["skipped"]),
                ("failed", outcome["failed"]),
            )
            if ids_by_reason or kind in self.reasons
        }

    def end(self, stop_reason: str) -> None:
        if self.ended_at is None:
            self.ended_at, self.stop_reason = now(), stop_reason


class Batch(Base):
    """Rows of a bulk action that are processed in one transaction."""

    __tablename__ = "bulk_action_batch"
    __table_args__ = (UniqueConstraint("bulk_action_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_action_id: Mapped[int] = mapped_column(ForeignKey(BulkAction.id, ondelete="CASCADE"))
    number: Mapped[int]
    rows: Mapped[list[PendingRow]] = mapped_column(JSON)
    outcome: Mapped[BatchOutcome | None] = mapped_column(JSON(none_as_null=True))

    @property
    def changed_rows(self) -> list[PendingRow]:
        """Return the rows that can be reverted."""
        return [row for row in self.outcome["done"] if len(row) > 1] if self.outcome else []

    @classmethod
    def by_number(cls, run_id: int, number: int) -> Batch | None:
        query = select(cls).where(cls.bulk_action_id == run_id, cls.number == number)
        return db.session.scalar(query)


def _add_reasons(
    totals: Mapping[str, list[Any]], ids_by_reason: Mapping[str, list[int]]
) -> dict[str, list[Any]]:
    """Return the counts and first IDs by reason, including those of another batch."""
    totals = dict(totals)
    for reason, ids in ids_by_reason.items():
        name = reason if reason in totals or len(totals) < MAX_NAMED else "Other reasons"
        count, first_ids = totals.get(name, (0, []))
        totals[name] = [count + len(ids), [*first_ids, *ids][:MAX_NAMED]]
    return totals
