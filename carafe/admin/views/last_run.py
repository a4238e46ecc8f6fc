"""The user's last bulk action, which its list reports once, or while it can be undone."""

from time import time
from typing import TypedDict, cast

from flask import session

from carafe.admin.actions import runner
from carafe.admin.actions.models import UNDO_LIFETIME, BulkAction
from carafe.admin.blueprint import blueprint

SESSION_KEY = "last_run"


class LastRun(TypedDict):
    id: int
    # The name of the list.
    of: str
    title: str
    undo: bool
    # How the result is highlighted when it is shown first, and whether that is also the last time.
    tone: str
    once: bool
    # Seconds since the epoch.
    until: int


@blueprint.app_template_global()
def last_run(name: str) -> LastRun | None:
    """Return the user's last bulk action on a list."""
    last = cast(LastRun | None, session.get(SESSION_KEY))
    if last is None or last["of"] != name or last["until"] <= time():
        return None
    if last["once"]:
        session.pop(SESSION_KEY)
    elif last["tone"]:
        session[SESSION_KEY] = last | {"tone": ""}
    return last


def remember(run: BulkAction) -> None:
    has_undo = run.is_undoable and runner.has_undo(run)
    session[SESSION_KEY] = LastRun(
        id=run.id,
        of=run.list_name,
        title=runner.title(run),
        undo=has_undo,
        tone="success" if run.done else "info",
        once=run.ended_at is not None and not has_undo,
        until=int((run.created_at + UNDO_LIFETIME).timestamp()),
    )
