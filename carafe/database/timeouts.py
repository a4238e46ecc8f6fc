"""Time limits for queries."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import ServiceUnavailable

from carafe.database.base import db

# Instructions of SQLite's virtual machine between two checks of the clock, about a millisecond.
PROGRESS_HANDLER_STEPS = 100_000

SQLITE_INTERRUPT = 9
PG_QUERY_CANCELED = "57014"


class TooSlowError(ServiceUnavailable):
    """A query was interrupted because its time was up.

    If nothing catches it, the response is 503.
    """

    def __init__(self) -> None:
        super().__init__("This took too long and was stopped. Search for longer words.")


@contextmanager
def statement_timeout(seconds: float) -> Iterator[None]:
    """Interrupt the session's queries inside once the time is up.

    Then raise `TooSlowError`, and roll back the transaction. SQLite limits the total time of all
    queries, PostgreSQL that of each.
    """
    connection: Any = db.session.connection().connection.driver_connection
    limited = _on_postgresql if db.engine.dialect.name == "postgresql" else _on_sqlite
    try:
        with limited(connection, seconds):
            yield
    except OperationalError as error:
        if not _is_interrupted(error.orig):
            raise
        db.session.rollback()
        raise TooSlowError from error


@contextmanager
def _on_postgresql(connection: Any, seconds: float) -> Iterator[None]:
    # Bypass SQLAlchemy, as when a transaction begins on SQLite.
    connection.execute(f"SET LOCAL statement_timeout = {seconds * 1000:.0f}")
    yield
    connection.execute("SET LOCAL statement_timeout TO DEFAULT")


@contextmanager
def _on_sqlite(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    end = monotonic() + seconds
    connection.set_progress_handler(lambda: monotonic() > end, PROGRESS_HANDLER_STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def _is_interrupted(error: object) -> bool:
    code, state = getattr(error, "sqlite_errorcode", None), getattr(error, "sqlstate", None)
    return code == SQLITE_INTERRUPT or state == PG_QUERY_CANCELED
