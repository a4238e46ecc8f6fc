"""Carrying out a run, chunk by chunk: in a request where it is little, else in a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from carafe.admin.actions.availability import count_label
from carafe.admin.actions.declaration import Action
from carafe.admin.actions.execution import Doing
from carafe.admin.actions.models import BATCH, Chunk, Run
from carafe.admin.actions.selection import Selection
from carafe.admin.model_admin import ModelAdmin, find_admin
from carafe.audit import acting, record
from carafe.auth.models import UserMixin
from carafe.auth.permissions import ADMIN, permissions
from carafe.auth.users import user_model
from carafe.database import db, reading, take_turns
from carafe.jobs import progress
from carafe.time import read_in_zone

DEMOTED = "Whoever began it may not do this any more."
UNKNOWN = "This version of the app does not know it."
CHUNKS_AT_ONCE = 20


def known(run: Run) -> tuple[ModelAdmin, Action] | None:
    """The list and the action that a run is about, if there still are such."""
    admin = find_admin(run.list_name)
    if admin is None or (action := admin.actions.get(run.action)) is None:
        return None
    return admin, action


def title(run: Run) -> str:
    """What it is called: "Suspend: 12 users"."""
    found = known(run)
    if found is None:
        return f"{run.action}: {run.list_name}"
    admin, action = found
    label = action.undo[0] if run.undone_action_id and action.undo else action.label
    # A job may still be looking for them.
    return f"{label}: {admin.noun if run.job_id else count_label(admin, run.total)}"


def has_undo(run: Run) -> bool:
    found = known(run)
    return found is not None and found[1].undo is not None


def may(by: UserMixin | None, admin: ModelAdmin, action: Action) -> bool:
    """Return whether somebody may still do this with rows, which they have to see."""
    if by is None or by.suspended_at is not None:
        return False
    return {action.permission, admin.permission("read")} <= permissions(by.effective_role)


def go_on(run_id: int) -> None:
    """Do what is left of a run, in transactions of its own. It may be killed and begun anew."""
    with reading():
        model = user_model()
        query = select(model.time_zone).join(Run, Run.actor_id == model.id)
        # By which their days began.
        read_in_zone(db.session.scalar(query.where(Run.id == run_id)) or "")
    while _choose(run_id):
        progress(message="Looks for what matches")
    while run := _do_next(run_id):
        progress(run.over, run.total)


def _choose(run_id: int) -> bool:
    """Choose some more rows; whether there may be others. Nobody who writes waits meanwhile."""
    with reading():
        run = db.session.get(Run, run_id)
        if run is None or run.is_enumerated or run.ended_at or (found := known(run)) is None:
            return False
        chunks = following(run, found[0])
    again = Run.locked(run_id)
    if again and again.batches == run.batches:  # and not another worker's turn meanwhile
        again.choose(chunks)
        again.is_enumerated = len(chunks) < CHUNKS_AT_ONCE
    db.session.commit()
    return True


def following(run: Run, admin: ModelAdmin) -> Sequence[list[Any]]:
    """The next chunks of what is to be done."""
    if run.undone_action_id:
        of_it = Chunk.bulk_action_id == run.undone_action_id, Chunk.number >= run.batches
        over = select(Chunk).where(*of_it, Chunk.outcome.is_not(None)).order_by(Chunk.number)
        return [chunk.left for chunk in db.session.scalars(over.limit(CHUNKS_AT_ONCE))]
    last = Chunk.of(run.id, run.batches - 1)
    selection = Selection(admin, run.query, None, run.last_id)
    after = last.rows[-1][0] if last else 0
    ids = db.session.scalars(selection.keys(after=after, limit=CHUNKS_AT_ONCE * BATCH)).all()
    return in_chunks(ids)


def in_chunks(ids: Sequence[int]) -> list[list[Any]]:
    return [[[id] for id in ids[n : n + BATCH]] for n in range(0, len(ids), BATCH)]


def _do_next(run_id: int) -> Run | None:
    """Do the next chunk in a transaction of its own; None where the run is over."""
    take_turns(ADMIN)
    run = Run.locked(run_id)
    if run is None or run.ended_at:
        return None
    by = None
    if run.actor_id:
        by = db.session.get(user_model(), run.actor_id, populate_existing=True)
    with acting(by.email if by else "the app"):
        do_next(run, by)
        db.session.commit()
    db.session.expunge_all()
    return run


def do_next(run: Run, by: UserMixin | None) -> None:
    """Do the next chunk of a run that is locked, in the caller's transaction, or end the run."""
    if (found := known(run)) is None:
        return end(run, UNKNOWN)
    admin, action = found
    if not may(by, admin, action):
        return end(run, DEMOTED)
    if chunk := Chunk.of(run.id, run.batches_done):
        doing = Doing(admin, action, by, run.query, undoes=run.undone_action_id is not None)
        chunk.outcome = doing.outcome(chunk.rows)
        run.note(chunk.outcome)
    if run.batches_done >= run.batches:
        end(run)
    return None


def end(run: Run, why: str = "") -> None:
    run.end(why)
    came: dict[str, Any] = {"done": run.done, "skipped": run.skipped, "failed": run.failed}
    record(
        "bulk_action.finished", run.subject, list=run.list_name, does=run.action, **came, why=why
    )
