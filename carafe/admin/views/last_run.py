"""The user's last bulk action, which lists show while it can be undone, in the session cookie."""

from time import time
from typing import TypedDict, cast

from flask import session

from carafe.admin.actions import runner
from carafe.admin.actions.models import UNDO_LIFETIME, BulkAction
from carafe.admin.blueprint import blueprint

SESSION_KEY = "run"


class LastRun(TypedDict):
    id: int
    # The name of the list.
    of: str
    title: str
    undo: bool
    # Seconds since the epoch.
    until: int


@blueprint.app_template_global()
def last_run(name: str) -> LastRun | None:
    """Return the user's last bulk action on a list."""
    last = cast(LastRun | None, session.get(SESSION_KEY))
    is_shown = last is not None and last["of"] == name and last["until"] > time()
    return last if is_shown else None


def remember(run: BulkAction) -> None:
    session[SESSION_KEY] = LastRun(
        id=run.id,
        of=run.list_name,
        title=runner.title(run),
        undo=run.is_undoable and runner.has_undo(run),
        until=int((run.created_at + UNDO_LIFETIME).timestamp()),
    )


def forget() -> None:
    session.pop(SESSION_KEY, None)
