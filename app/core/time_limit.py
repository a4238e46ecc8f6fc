"""Queries that may take so long and no longer."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from app.core.database import db

# Of SQLite's virtual machine, between two looks at the clock: about a millisecond.
STEPS = 100_000


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupt what the session asks its database inside, once the time is up.

    It raises `OperationalError` then, and the transaction has to be rolled back. SQLite counts the
    time of all queries together, PostgreSQL that of each.
    """
    connection: Any = db.session.connection().connection.driver_connection
    if db.engine.dialect.name == "postgresql":
        # Past SQLAlchemy, as where a transaction begins on SQLite.
        connection.execute(f"SET LOCAL statement_timeout = {seconds * 1000:.0f}")
        yield
        connection.execute("SET LOCAL statement_timeout TO DEFAULT")
        return
    end = monotonic() + seconds
    connection.set_progress_handler(lambda: monotonic() > end, STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)
