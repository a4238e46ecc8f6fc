"""Beginning a run: what somebody confirmed, once, and at once where it is little."""

from __future__ import annotations

from carafe.admin.actions import runner
from carafe.admin.actions.jobs import carry_out
from carafe.admin.actions.models import AT_ONCE, Run
from carafe.admin.actions.selection import Selection
from carafe.audit import record
from carafe.auth.models import UserMixin
from carafe.database import db


def begin(selection: Selection, action: str, by: UserMixin, submission: str) -> Run:
    """Do an action to what was selected."""
    run = _add(
        Run(actor_id=by.id, submission=submission, list_name=selection.admin.name, action=action,
            query=selection.query, last_id=selection.last_id)
    )  # fmt: skip
    if selection.ids is not None:
        run.choose(runner.in_chunks(selection.ids))
        run.is_enumerated = True
    return _carry_out(run, by, few=selection.ids is not None and len(selection.ids) <= AT_ONCE)


def undo(run: Run, by: UserMixin) -> Run:
    """Put back the rows of a run, which is locked and over."""
    back = _add(
        Run(
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
        found = runner.known(run)
        while found and (chunks := runner.following(back, found[0])):
            back.choose(chunks)
        back.is_enumerated = True
    return _carry_out(back, by, few=few)


def _add(run: Run) -> Run:
    # Two that were sent at the same moment wait for each other here, and one comes too late.
    db.session.add(run)
    db.session.flush()
    undone = {"undoes": f"run:{run.undone_action_id}"} if run.undone_action_id else {}
    record("bulk_action.started", run.subject, list=run.list_name, does=run.action, **undone)
    return run


def _carry_out(run: Run, by: UserMixin, *, few: bool) -> Run:
    if not few:
        run.job_id = carry_out.enqueue(run.id)
    while few and run.ended_at is None:
        runner.do_next(run, by)
    return run
