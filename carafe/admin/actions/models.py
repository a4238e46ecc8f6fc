"""Actions on many rows: who asked for one, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from carafe.database import Base, db
from carafe.time import now

UNDO_LIFETIME = timedelta(hours=24)
RETENTION = timedelta(days=30)
# Rows in one transaction of a job: somebody else who writes waits for as long as they take.
BATCH_SIZE = 10
# Rows that are done in the request's transaction. More are for a job.
AT_ONCE = 20
# Of each reason so many rows are named, and so many reasons are told apart.
MAX_NAMED = 20


class BulkAction(Base):
    """One action on the rows of a list. Its rows are chosen first, and then done in chunks.

    With each chunk it is noted, in the same transaction, what came of its rows: so whoever goes on
    after a crash does no row twice.
    """

    __tablename__ = "bulk_action"
    __table_args__ = (
        UniqueConstraint("actor_id", "submission"),
        Index("ix_bulk_action_created_at", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    # Of the form that asked for it: the same sent twice makes one.
    submission: Mapped[str] = mapped_column(String(32))
    # The names of list and action, as they are declared.
    list_name: Mapped[str] = mapped_column(String(50))
    action: Mapped[str] = mapped_column(String(50))
    # What rows must still match, as in the URL of the list; "" for those that were ticked.
    query: Mapped[str] = mapped_column(Text)
    # The largest id that there was: later rows are not meant.
    last_id: Mapped[int]
    # The run whose rows this one puts back.
    undone_action_id: Mapped[int | None] = mapped_column(
        ForeignKey("bulk_action.id", ondelete="CASCADE"), unique=True
    )
    job_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    # Why it ended before its time.
    stop_reason: Mapped[str] = mapped_column(String(200), default="")
    # Whether all its rows are chosen; how many those are, in how many batches.
    is_enumerated: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int] = mapped_column(default=0)
    batches: Mapped[int] = mapped_column(default=0)
    # Batches that are done, and what came of their rows.
    batches_done: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    # {"skipped": {reason: [how many, [the first ids]]}, "failed": …}
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    @classmethod
    def locked(cls, id: int) -> BulkAction | None:
        return db.session.get(cls, id, with_for_update=True, populate_existing=True)

    @classmethod
    def sent(cls, actor_id: int, submission: str) -> BulkAction | None:
        """The run that this form has begun already."""
        mine = cls.actor_id == actor_id, cls.submission == submission
        return db.session.scalar(select(cls).where(*mine))

    @classmethod
    def undo_of(cls, id: int) -> BulkAction | None:
        """The run that puts back the rows of this one."""
        return db.session.scalar(select(cls).where(cls.undone_action_id == id))

    @property
    def subject(self) -> str:
        """How the audit names this run."""
        return f"run:{self.id}"

    @property
    def over(self) -> int:
        """How many rows something came of."""
        return self.done + self.skipped + self.failed

    @property
    def is_undoable(self) -> bool:
        """Whether it is of those that can be put back, as far as time and rows go."""
        over = self.ended_at is not None and now() - self.ended_at < UNDO_LIFETIME
        return over and self.done > 0 and self.undone_action_id is None

    def choose(self, chunks: Sequence[list[Any]]) -> None:
        """Add rows to be done: chunks of lists that begin with an id."""
        for todo in chunks:
            db.session.add(Batch(bulk_action_id=self.id, number=self.batches, rows=todo))
            self.batches += 1
            self.total += len(todo)
        db.session.flush()

    def note(self, outcome: dict[str, Any]) -> None:
        """Note what came of a chunk."""
        self.batches_done += 1
        self.done += len(outcome["done"])
        reasons = {kind: dict(known) for kind, known in self.reasons.items()}
        for kind in ("skipped", "failed"):
            for reason, ids in outcome[kind].items():
                known = reasons.setdefault(kind, {})
                if reason not in known and len(known) >= MAX_NAMED:
                    reason = "Other reasons"
                count, first = known.get(reason, (0, []))
                known[reason] = [count + len(ids), [*first, *ids][:MAX_NAMED]]
                setattr(self, kind, getattr(self, kind) + len(ids))
        self.reasons = reasons

    def end(self, stop_reason: str) -> None:
        if self.ended_at is None:
            self.ended_at, self.stop_reason = now(), stop_reason


class Batch(Base):
    """Some rows of a run."""

    __tablename__ = "bulk_action_batch"
    __table_args__ = (UniqueConstraint("bulk_action_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_action_id: Mapped[int] = mapped_column(ForeignKey(BulkAction.id, ondelete="CASCADE"))
    number: Mapped[int]
    # [[id], …]; of a run that puts rows back, [[id, names, digest], …] as they were left.
    rows: Mapped[list[Any]] = mapped_column(JSON)
    # {"done": as above, "skipped": {reason: ids}, "failed": {reason: ids}}
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    @property
    def left(self) -> list[Any]:
        """The rows that were changed."""
        return [row for row in (self.outcome or {}).get("done", []) if len(row) > 1]

    @classmethod
    def of(cls, run_id: int, number: int) -> Batch | None:
        one = cls.bulk_action_id == run_id, cls.number == number
        return db.session.scalar(select(cls).where(*one))
