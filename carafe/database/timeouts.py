"""Queries that may take so long and no longer."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import ServiceUnavailable

from carafe.database.base import db

# Of SQLite's virtual machine, between two looks at the clock: about a millisecond.
PROGRESS_HANDLER_STEPS = 100_000

SQLITE_INTERRUPT = 9
PG_QUERY_CANCELED = "57014"


class TooSlowError(ServiceUnavailable):
    """A query was interrupted because its time was up. Where nothing catches it, this is 503."""

    def __init__(self) -> None:
        super().__init__("This took too long and was stopped. Search for longer words.")


@contextmanager
def statement_timeout(seconds: float) -> Iterator[None]:
    """Interrupt what the session asks its database inside, once the time is up.

    It raises `TooSlowError` then, and the transaction is rolled back. SQLite counts the time of
    all queries together, PostgreSQL that of each.
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
    # Past SQLAlchemy, as where a transaction begins on SQLite.
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
