"""Run bulk actions in batches: in the request if there are few rows, otherwise in a job."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from carafe.admin.actions.availability import count_label
from carafe.admin.actions.declaration import Action
from carafe.admin.actions.execution import Execution
from carafe.admin.actions.models import BATCH_SIZE, Batch, BulkAction, PendingRow
from carafe.admin.actions.selection import Selection
from carafe.admin.model_admin import ModelAdmin, find_admin
from carafe.audit import record
from carafe.audit.models import as_actor
from carafe.auth.models import UserMixin
from carafe.auth.permissions import ADMIN, permissions
from carafe.auth.users import user_model
from carafe.database import advisory_lock, db, read_transaction
from carafe.jobs import progress
from carafe.time import use_time_zone

PERMISSION_LOST = "The user who started this no longer has permission."
UNKNOWN_ACTION = "This action is not available in this version of the app."
BATCHES_PER_QUERY = 20


def resolve(run: BulkAction) -> tuple[ModelAdmin, Action] | None:
    """Return the list and the action of a bulk action, or None if they are no longer declared."""
    admin = find_admin(run.list_name)
    if admin is None or (action := admin.actions.get(run.action)) is None:
        return None
    return admin, action


def title(run: BulkAction) -> str:
    """Return the title of a bulk action: "Suspend: 12 users", or "12 users suspended"."""
    target = resolve(run)
    if target is None:
        return f"{run.action}: {run.list_name}"
    admin, action = target
    if run.ended_at and not run.stop_reason:
        return _outcome(run, admin, action)
    label = action.undo[0] if run.undone_action_id and action.undo else action.label
    # A job may still be enumerating the rows.
    return f"{label}: {admin.verbose_name_plural if run.job_id else count_label(admin, run.total)}"


def _outcome(run: BulkAction, admin: ModelAdmin, action: Action) -> str:
    count = count_label(admin, run.done)
    if run.undone_action_id:
        text = f"Undone for {count}"
    else:
        text = f"{count} {action.done}" if action.done else f"{action.label} completed for {count}"
    others = {"skipped": run.skipped, "failed": run.failed}
    return ", ".join([text, *(f"{number:,} {kind}" for kind, number in others.items() if number)])


def has_undo(run: BulkAction) -> bool:
    target = resolve(run)
    return target is not None and target[1].undo is not None


def is_allowed(user: UserMixin | None, admin: ModelAdmin, action: Action) -> bool:
    """Return whether a user may apply an action, which requires permission to read the list."""
    if user is None or user.suspended_at is not None:
        return False
    return {action.permission, admin.permission("read")} <= permissions(user.effective_role)


def resume(run_id: int) -> None:
    """Process the remaining batches, each in a transaction, so that a killed job can resume."""
    with read_transaction():
        model = user_model()
        query = select(model.time_zone).join(BulkAction, BulkAction.actor_id == model.id)
        # Date filters use days in the user's time zone.
        use_time_zone(db.session.scalar(query.where(BulkAction.id == run_id)) or "")
    while _enumerate_rows(run_id):
        progress(message="Finding matches…")
    while run := _run_next(run_id):
        progress(run.processed, run.total)


def _enumerate_rows(run_id: int) -> bool:
    """Add more rows to the bulk action; return whether to continue.

    The rows are selected in a read transaction, so that writers do not wait.
    """
    with read_transaction():
        run = db.session.get(BulkAction, run_id)
        if run is None or run.is_enumerated or run.ended_at or (target := resolve(run)) is None:
            return False
        batches = next_batches(run, target[0])
    locked_run = BulkAction.locked(run_id)
    # Unless another worker has added batches in the meantime.
    if locked_run and locked_run.batches == run.batches:
        locked_run.add_batches(batches)
        locked_run.is_enumerated = len(batches) < BATCHES_PER_QUERY
    db.session.commit()
    return True


def next_batches(run: BulkAction, admin: ModelAdmin) -> Sequence[list[PendingRow]]:
    """Return the next batches of rows to process."""
    if run.undone_action_id:
        query = select(Batch).where(
            Batch.bulk_action_id == run.undone_action_id,
            Batch.number >= run.batches,
            Batch.outcome.is_not(None),
        )
        query = query.order_by(Batch.number).limit(BATCHES_PER_QUERY)
        return [batch.changed_rows for batch in db.session.scalars(query)]
    last = Batch.by_number(run.id, run.batches - 1)
    selection = Selection(admin, run.query, None, run.last_id)
    after = last.rows[-1][0] if last else 0
    ids = db.session.scalars(
        selection.keys(after=after, limit=BATCHES_PER_QUERY * BATCH_SIZE)
    ).all()
    return in_batches(ids)


def in_batches(ids: Sequence[int]) -> list[list[PendingRow]]:
    return [[[id] for id in ids[n : n + BATCH_SIZE]] for n in range(0, len(ids), BATCH_SIZE)]


def _run_next(run_id: int) -> BulkAction | None:
    """Process the next batch in a transaction; return None if the bulk action has ended."""
    advisory_lock(ADMIN)
    run = BulkAction.locked(run_id)
    if run is None or run.ended_at:
        return None
    user = None
    if run.actor_id:
        user = db.session.get(user_model(), run.actor_id, populate_existing=True)
    with as_actor(user.email if user else "system"):
        run_next_batch(run, user)
        db.session.commit()
    db.session.expunge_all()
    return run


def run_next_batch(run: BulkAction, user: UserMixin | None) -> None:
    """Process the next batch of a locked bulk action in this transaction, or end the action."""
    if (target := resolve(run)) is None:
        return end(run, UNKNOWN_ACTION)
    admin, action = target
    if not is_allowed(user, admin, action):
        return end(run, PERMISSION_LOST)
    if batch := Batch.by_number(run.id, run.batches_done):
        is_undo = run.undone_action_id is not None
        execution = Execution(admin, action, user, run.query, is_undo=is_undo)
        batch.outcome = execution.apply_to(batch.rows)
        run.record_batch(batch.outcome)
    if run.batches_done >= run.batches:
        end(run)
    return None


def end(run: BulkAction, reason: str = "") -> None:
    run.end(reason)
    record(
        "bulk_action.finished",
        run.subject,
        list=run.list_name,
        does=run.action,
        done=run.done,
        skipped=run.skipped,
        failed=run.failed,
        why=reason,
    )
