"""Reports writes that would be lost, in development and tests.

Uncommitted changes are rolled back when a request or command ends. And a write in a read-only
request bypasses the queue (see `write_queue.py`), and may fail. Both seem to work. Production
checks neither.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, request
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.orm import Session, SessionTransaction, scoped_session

from carafe import call_sites
from carafe.database.hooks import pending_writes

log = logging.getLogger(__name__)

WRITE = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|CREATE|ALTER|DROP)\b"
    r"|\s*WITH\b.*\b(?:INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\S+\s+SET)\b",
    re.IGNORECASE | re.DOTALL,
)
# The description of a statement in messages: "UPDATE note".
SUMMARY = re.compile(r"\s*((?:\w+\s+(?:INTO|FROM|OR\s+\w+\s+INTO)\s+|\w+\s+)\S+)", re.IGNORECASE)

# Keys of `session.info` and `connection.info`.
CONNECTION, TRANSACTION = "connection", "transaction"

# The maximum number of statements in a message.
MAX_NAMED_WRITES = 5


class ReadOnlyError(RuntimeError):
    """Something writes in a read-only transaction."""


class UncommittedError(RuntimeError):
    """A request or command has ended, and its changes are rolled back."""


@dataclass
class Transaction:
    """The state of a running transaction."""

    reads: bool
    # On SQLite, the number of rows this connection had changed before.
    changed: int
    writes: list[str] = field(default_factory=list)
    # The numbers at the start of each savepoint, innermost last.
    savepoints: list[int] = field(default_factory=list)


def watch(engine: Engine, may_write: Callable[[], bool]) -> None:
    """Check each statement: refuse writes in a read-only transaction, and record others."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.info[TRANSACTION] = Transaction(not may_write(), _changed(connection))

    @event.listens_for(engine, "before_cursor_execute")
    def refuse(
        connection: Connection, cursor: DBAPICursor, statement: str, *arguments: object
    ) -> None:
        transaction = connection.info.get(TRANSACTION)
        if transaction and transaction.reads and WRITE.match(statement):
            raise ReadOnlyError(
                f"{_summary(statement)} {_in_what()}, which only reads. Answer to a POST instead, "
                "or write within `with write_transaction():` of carafe.database, and commit there."
            )

    @event.listens_for(engine, "after_cursor_execute")
    def note(
        connection: Connection, cursor: DBAPICursor, statement: str, *arguments: object
    ) -> None:
        transaction = connection.info.get(TRANSACTION)
        # SQLite knows how many rows it changed once its whole result was fetched.
        unknown = connection.dialect.name == "sqlite" and "RETURNING" in statement
        if transaction and WRITE.match(statement) and (cursor.rowcount or unknown):
            transaction.writes.append(f"{_summary(statement)} {call_sites.calls()}")

    @event.listens_for(engine, "savepoint")
    def enter(connection: Connection, name: str | None) -> None:
        transaction = connection.info[TRANSACTION]
        transaction.savepoints.append(len(transaction.writes))

    @event.listens_for(engine, "release_savepoint")
    def leave(connection: Connection, name: str, context: None) -> None:
        connection.info[TRANSACTION].savepoints.pop()

    @event.listens_for(engine, "rollback_savepoint")
    def undo(connection: Connection, name: str, context: None) -> None:
        transaction = connection.info[TRANSACTION]
        del transaction.writes[transaction.savepoints.pop() :]


def check(session: Session, what: str) -> None:
    """Report the session's uncommitted writes.

    Raise `UncommittedError` in tests, and log it in development.
    """
    if "lost_writes" not in current_app.extensions or not (writes := uncommitted(session)):
        return
    more = f"; and {len(writes) - MAX_NAMED_WRITES} more" if len(writes) > MAX_NAMED_WRITES else ""
    message = (
        f"{what} ended without a commit, and this is rolled back: "
        f"{'; '.join(writes[:MAX_NAMED_WRITES])}{more}. "
        "Call db.session.commit(), or db.session.rollback() if that is meant."
    )
    if current_app.testing:
        session.rollback()
        raise UncommittedError(message)
    log.warning(message)


def uncommitted(session: Session) -> list[str]:
    """Return what the session wrote, or would write with its commit, and where."""
    objects = [f"new {type(row).__name__}" for row in session.new]
    objects += [f"deleted {type(row).__name__}" for row in session.deleted]
    objects += [
        f"changed {type(row).__name__}" for row in session.dirty if session.is_modified(row)
    ]
    objects += pending_writes(session)
    connection = session.info.get(CONNECTION)
    return [*objects, *(_written(connection) if connection else [])]


@event.listens_for(Session, "after_begin")
def _remember_connection(
    session: Session, transaction: SessionTransaction, connection: Connection
) -> None:
    session.info[CONNECTION] = connection


@event.listens_for(Session, "after_transaction_end")
def _forget_transaction(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(CONNECTION, None)


def _written(connection: Connection) -> list[str]:
    transaction: Transaction = connection.info[TRANSACTION]
    if connection.dialect.name == "sqlite" and _changed(connection) == transaction.changed:
        return []
    return transaction.writes


def _changed(connection: Connection) -> int:
    return getattr(connection.connection.dbapi_connection, "total_changes", 0)


def _summary(statement: str) -> str:
    match = SUMMARY.match(statement)
    return " ".join(match[1].split()) if match else statement[:40]


def _in_what() -> str:
    if has_request_context():
        return f"in {request.method} {request.path}, or in `with read_transaction():`"
    return "in `with read_transaction():`"


def init_app(app: Flask, session: scoped_session[Any]) -> None:
    """Check each successful request, and each command, when it ends."""
    app.extensions["lost_writes"] = True

    @app.after_request
    def remember(response: Response) -> Response:
        g.answered = request.method, request.path, response.status_code
        return response

    # Before Flask-SQLAlchemy's handler, which removes the session.
    @app.teardown_appcontext
    def end(error: BaseException | None) -> None:
        method, path, status = g.get("answered", ("", "", 0))
        # Flask doesn't know how click's commands ended.
        if error is None and sys.exc_info()[1] is None and status < 400 and session.registry.has():
            try:
                check(session(), f"{method} {path}" if status else "The command")
            except UncommittedError:
                session.remove()
                raise
