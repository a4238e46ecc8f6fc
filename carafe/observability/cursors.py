"""The time SQLite takes to find rows, which it does while they are fetched.

A search through 100,000 rows that finds the first one immediately runs in 0.1 ms, and takes another
16 ms to fetch its results. PostgreSQL's have all arrived when the statement has run.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns

from sqlalchemy import Engine, event

from carafe.database.sqlite import sqlite_driver
from carafe.observability.usage import StatementRun, Usage


def time_fetches(engine: Engine, usage: Callable[[], Usage]) -> None:
    """Have an engine's SQLite connections add the time of fetches to the usage."""
    driver = sqlite_driver()

    class Cursor(driver.Cursor):  # type: ignore[name-defined]
        # If the statement is part of the sample.
        ran: StatementRun | None = None

        def fetchone(self) -> object:
            started = perf_counter_ns()
            row = super().fetchone()
            self._add(started, row is not None)
            return row

        def fetchmany(self, *size: int) -> object:
            started = perf_counter_ns()
            rows = super().fetchmany(*size)
            self._add(started, len(rows))
            return rows

        def fetchall(self) -> object:
            started = perf_counter_ns()
            rows = super().fetchall()
            self._add(started, len(rows))
            return rows

        def _add(self, started: int, rows: int) -> None:
            took = perf_counter_ns() - started
            usage().database += took
            if self.ran:
                self.ran.ns += took
                self.ran.rows += rows

    class Connection(driver.Connection):  # type: ignore[name-defined]
        def cursor(self, factory: object = Cursor) -> object:
            return super().cursor(factory)

    @event.listens_for(engine, "do_connect")
    def connect(
        dialect: object, record: object, arguments: object, options: dict[str, object]
    ) -> None:
        options["factory"] = Connection
