"""Start bulk actions and their undo."""

from __future__ import annotations

from carafe.admin.actions import runner
from carafe.admin.actions.jobs import run_bulk_action
from carafe.admin.actions.models import MAX_DIRECT_ROWS, BulkAction
from carafe.admin.actions.selection import Selection
from carafe.audit import record
from carafe.auth.models import UserMixin
from carafe.database import db


def start(selection: Selection, action: str, user: UserMixin, submission: str) -> BulkAction:
    """Apply an action to the selected rows: now if they are few, otherwise in a job."""
    run = _add(
        BulkAction(
            actor_id=user.id,
            submission=submission,
            list_name=selection.admin.name,
            action=action,
            query=selection.query,
            last_id=selection.last_id,
        )
    )
    if selection.ids is not None:
        run.add_batches(runner.in_batches(selection.ids))
        run.is_enumerated = True
    return _run_or_enqueue(
        run, user, is_small=selection.ids is not None and len(selection.ids) <= MAX_DIRECT_ROWS
    )


def undo(run: BulkAction, user: UserMixin) -> BulkAction:
    """Revert the rows of a bulk action, which is locked and has ended."""
    undo_run = _add(
        BulkAction(
            actor_id=user.id,
            submission=f"undo {run.id}",
            list_name=run.list_name,
            action=run.action,
            query="",
            last_id=run.last_id,
            undone_action_id=run.id,
        )
    )
    # Including skipped rows, whose batches are searched, too.
    is_small = run.processed <= MAX_DIRECT_ROWS
    if is_small:
        target = runner.resolve(run)
        while target and (batches := runner.next_batches(undo_run, target[0])):
            undo_run.add_batches(batches)
        undo_run.is_enumerated = True
    return _run_or_enqueue(undo_run, user, is_small=is_small)


def _add(run: BulkAction) -> BulkAction:
    # Of two concurrent requests with the same form, the second fails here: a unique constraint.
    db.session.add(run)
    db.session.flush()
    undone = {"undoes": f"run:{run.undone_action_id}"} if run.undone_action_id else {}
    record("bulk_action.started", run.subject, list=run.list_name, does=run.action, **undone)
    return run


def _run_or_enqueue(run: BulkAction, user: UserMixin, *, is_small: bool) -> BulkAction:
    if not is_small:
        run.job_id = run_bulk_action.enqueue(run.id)
    while is_small and run.ended_at is None:
        runner.run_next_batch(run, user)
    return run
