"""Functions that run with the commit of a transaction: before it, or after it succeeded.

Both belong to the savepoint in which they are registered, and don't run if that is rolled back.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from carafe.database.base import db

log = logging.getLogger(__name__)

T = TypeVar("T")

# Keys of `session.info`: pending hooks, and those whose transaction is committed.
BEFORE_KEY, AFTER_KEY, COMMITTED_KEY = "before commit", "on commit", "committed"


@dataclass(frozen=True)
class Hook:
    function: Callable[..., object]
    # Its argument, collected from other hooks of the same function; or nothing.
    items: tuple[object, ...]
    savepoint: SessionTransaction | None


def before_commit(function: Callable[[], object]) -> None:
    """Run a function in this transaction, right before it is committed.

    Its writes are committed, too. If it raises an exception, nothing is committed.
    """
    _register(BEFORE_KEY, function)


def on_commit(function: Callable[[], object]) -> None:
    """Run a function once this transaction is committed; not if it is rolled back.

    By then, the connection has been returned, so slow work doesn't block writers. An exception is
    logged: the commit stands, and other functions run. If the process is killed in between, the
    function doesn't run.
    """
    _register(AFTER_KEY, function)


def on_commit_all(function: Callable[[list[T]], object], item: T) -> None:
    """Run a function on commit, like `on_commit`, with the items of all calls in a list."""
    _register(AFTER_KEY, function, item)


def pending_writes(session: Session) -> list[str]:
    """Return what waits to run before the commit, for messages."""
    return [f"before the commit: {hook.function}" for hook in session.info.get(BEFORE_KEY, [])]


def _register(key: str, function: Callable[..., object], *items: object) -> None:
    session = db.session()
    if not session.in_transaction():
        session.begin()  # so that a rollback is noticed even if nothing is ever executed
    hook = Hook(function, items, session.get_nested_transaction())
    session.info.setdefault(key, []).append(hook)


@event.listens_for(Session, "before_commit")
def _run_before_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint: the transaction may still be rolled back
    hooks: list[Hook] = session.info.get(BEFORE_KEY, [])
    while hooks:
        hooks[0].function()
        # Only now: otherwise a second attempt to commit would succeed without the hooks.
        del hooks[0]


@event.listens_for(Session, "after_commit")
def _keep_for_end(session: Session) -> None:
    if not session.in_nested_transaction() and AFTER_KEY in session.info:
        session.info[COMMITTED_KEY] = session.info.pop(AFTER_KEY)


@event.listens_for(Session, "after_soft_rollback")
def _drop_with_savepoint(session: Session, ended: SessionTransaction) -> None:
    for key in (BEFORE_KEY, AFTER_KEY):
        if ended.nested and (hooks := session.info.get(key)):
            hooks[:] = [hook for hook in hooks if not _is_within(hook.savepoint, ended)]


@event.listens_for(Session, "after_transaction_end")
def _run_on_commit(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is not None:
        return
    for key in (BEFORE_KEY, AFTER_KEY):
        session.info.pop(key, None)
    for function, arguments in _calls(session.info.pop(COMMITTED_KEY, [])):
        try:
            function(*arguments)
        except Exception:
            log.exception("%s failed after a commit", function)


def _is_within(savepoint: SessionTransaction | None, ended: SessionTransaction) -> bool:
    while savepoint is not None and savepoint is not ended:
        savepoint = savepoint.parent
    return savepoint is ended


def _calls(hooks: list[Hook]) -> list[tuple[Callable[..., object], list[list[object]]]]:
    """Return each function and its arguments, in the order in which they were registered."""
    calls: list[tuple[Callable[..., object], list[list[object]]]] = []
    lists: dict[Callable[..., object], list[object]] = {}
    for hook in hooks:
        if not hook.items:
            calls.append((hook.function, []))
        elif hook.function in lists:
            lists[hook.function].extend(hook.items)
        else:
            lists[hook.function] = list(hook.items)
            calls.append((hook.function, [lists[hook.function]]))
    return calls
