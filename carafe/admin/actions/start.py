"""Beginning a run: what somebody confirmed, once, and at once where it is little."""

from __future__ import annotations

from carafe.admin.actions import runner
from carafe.admin.actions.jobs import carry_out
from carafe.admin.actions.models import AT_ONCE, BulkAction
from carafe.admin.actions.selection import Selection
from carafe.audit import record
from carafe.auth.models import UserMixin
from carafe.database import db


def start(selection: Selection, action: str, by: UserMixin, submission: str) -> BulkAction:
    """Do an action to what was selected."""
    run = _add(
        BulkAction(
            actor_id=by.id,
            submission=submission,
            list_name=selection.admin.name,
            action=action,
            query=selection.query,
            last_id=selection.last_id,
        )
    )
    if selection.ids is not None:
        run.choose(runner.in_batches(selection.ids))
        run.is_enumerated = True
    return _run_or_enqueue(run, by, few=selection.ids is not None and len(selection.ids) <= AT_ONCE)


def undo(run: BulkAction, by: UserMixin) -> BulkAction:
    """Put back the rows of a run, which is locked and over."""
    undo_run = _add(
        BulkAction(
            actor_id=by.id,
            submission=f"undo {run.id}",
            list_name=run.list_name,
            action=run.action,
            query="",
            last_id=run.last_id,
            undone_action_id=run.id,
        )
    )
    few = run.over <= AT_ONCE  # with those that were left out, which are looked through as well
    if few:
        found = runner.resolve(run)
        while found and (chunks := runner.next_batches(undo_run, found[0])):
            undo_run.choose(chunks)
        undo_run.is_enumerated = True
    return _run_or_enqueue(undo_run, by, few=few)


def _add(run: BulkAction) -> BulkAction:
    # Two that were sent at the same moment wait for each other here, and one comes too late.
    db.session.add(run)
    db.session.flush()
    undone = {"undoes": f"run:{run.undone_action_id}"} if run.undone_action_id else {}
    record("bulk_action.started", run.subject, list=run.list_name, does=run.action, **undone)
    return run


def _run_or_enqueue(run: BulkAction, by: UserMixin, *, few: bool) -> BulkAction:
    if not few:
        run.job_id = carry_out.enqueue(run.id)
    while few and run.ended_at is None:
        runner.run_next_batch(run, by)
    return run
