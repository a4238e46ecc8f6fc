"""Carrying out a run, chunk by chunk: in a request where it is little, else in a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from carafe.admin.actions.availability import count_label
from carafe.admin.actions.declaration import Action
from carafe.admin.actions.execution import Execution
from carafe.admin.actions.models import BATCH_SIZE, Batch, BulkAction
from carafe.admin.actions.selection import Selection
from carafe.admin.model_admin import ModelAdmin, find_admin
from carafe.audit import record
from carafe.audit.models import as_actor
from carafe.auth.models import UserMixin
from carafe.auth.permissions import ADMIN, permissions
from carafe.auth.users import user_model
from carafe.database import advisory_lock, db, reading
from carafe.jobs import progress
from carafe.time import use_time_zone

PERMISSION_LOST = "Whoever began it may not do this any more."
UNKNOWN_ACTION = "This version of the app does not know it."
BATCHES_PER_QUERY = 20


def resolve(run: BulkAction) -> tuple[ModelAdmin, Action] | None:
    """The list and the action that a run is about, if there still are such."""
    admin = find_admin(run.list_name)
    if admin is None or (action := admin.actions.get(run.action)) is None:
        return None
    return admin, action


def title(run: BulkAction) -> str:
    """What it is called: "Suspend: 12 users"."""
    found = resolve(run)
    if found is None:
        return f"{run.action}: {run.list_name}"
    admin, action = found
    label = action.undo[0] if run.undone_action_id and action.undo else action.label
    # A job may still be looking for them.
    return f"{label}: {admin.noun if run.job_id else count_label(admin, run.total)}"


def has_undo(run: BulkAction) -> bool:
    found = resolve(run)
    return found is not None and found[1].undo is not None


def is_allowed(by: UserMixin | None, admin: ModelAdmin, action: Action) -> bool:
    """Return whether somebody may still do this with rows, which they have to see."""
    if by is None or by.suspended_at is not None:
        return False
    return {action.permission, admin.permission("read")} <= permissions(by.effective_role)


def resume(run_id: int) -> None:
    """Do what is left of a run, in transactions of its own. It may be killed and begun anew."""
    with reading():
        model = user_model()
        query = select(model.time_zone).join(BulkAction, BulkAction.actor_id == model.id)
        # By which their days began.
        use_time_zone(db.session.scalar(query.where(BulkAction.id == run_id)) or "")
    while _choose(run_id):
        progress(message="Looks for what matches")
    while run := _do_next(run_id):
        progress(run.over, run.total)


def _choose(run_id: int) -> bool:
    """Choose some more rows; whether there may be others. Nobody who writes waits meanwhile."""
    with reading():
        run = db.session.get(BulkAction, run_id)
        if run is None or run.is_enumerated or run.ended_at or (found := resolve(run)) is None:
            return False
        chunks = next_batches(run, found[0])
    locked_run = BulkAction.locked(run_id)
    if locked_run and locked_run.batches == run.batches:  # and not another worker's turn meanwhile
        locked_run.choose(chunks)
        locked_run.is_enumerated = len(chunks) < BATCHES_PER_QUERY
    db.session.commit()
    return True


def next_batches(run: BulkAction, admin: ModelAdmin) -> Sequence[list[Any]]:
    """The next chunks of what is to be done."""
    if run.undone_action_id:
        of_it = Batch.bulk_action_id == run.undone_action_id, Batch.number >= run.batches
        over = select(Batch).where(*of_it, Batch.outcome.is_not(None)).order_by(Batch.number)
        return [chunk.left for chunk in db.session.scalars(over.limit(BATCHES_PER_QUERY))]
    last = Batch.of(run.id, run.batches - 1)
    selection = Selection(admin, run.query, None, run.last_id)
    after = last.rows[-1][0] if last else 0
    ids = db.session.scalars(
        selection.keys(after=after, limit=BATCHES_PER_QUERY * BATCH_SIZE)
    ).all()
    return in_batches(ids)


def in_batches(ids: Sequence[int]) -> list[list[Any]]:
    return [[[id] for id in ids[n : n + BATCH_SIZE]] for n in range(0, len(ids), BATCH_SIZE)]


def _do_next(run_id: int) -> BulkAction | None:
    """Do the next chunk in a transaction of its own; None where the run is over."""
    advisory_lock(ADMIN)
    run = BulkAction.locked(run_id)
    if run is None or run.ended_at:
        return None
    by = None
    if run.actor_id:
        by = db.session.get(user_model(), run.actor_id, populate_existing=True)
    with as_actor(by.email if by else "the app"):
        run_next_batch(run, by)
        db.session.commit()
    db.session.expunge_all()
    return run


def run_next_batch(run: BulkAction, by: UserMixin | None) -> None:
    """Do the next chunk of a run that is locked, in the caller's transaction, or end the run."""
    if (found := resolve(run)) is None:
        return end(run, UNKNOWN_ACTION)
    admin, action = found
    if not is_allowed(by, admin, action):
        return end(run, PERMISSION_LOST)
    if chunk := Batch.of(run.id, run.batches_done):
        doing = Execution(admin, action, by, run.query, is_undo=run.undone_action_id is not None)
        chunk.outcome = doing.outcome(chunk.rows)
        run.note(chunk.outcome)
    if run.batches_done >= run.batches:
        end(run)
    return None


def end(run: BulkAction, why: str = "") -> None:
    run.end(why)
    came: dict[str, Any] = {"done": run.done, "skipped": run.skipped, "failed": run.failed}
    record(
        "bulk_action.finished", run.subject, list=run.list_name, does=run.action, **came, why=why
    )
