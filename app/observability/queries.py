"""Where the time of a request or job goes: the one place that looks at statements and templates.

Metrics, traces, Server-Timing and the recorder read what is counted here, or are told of each
statement. Nobody else listens to the database.
"""

from collections.abc import Callable
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import partial
from time import perf_counter_ns
from typing import Any

from flask import Flask
from jinja2 import Template
from sqlalchemy import event

from app.core import places
from app.core.database import db
from app.core.registry import Registry
from app.observability import cursors


@dataclass(slots=True)
class Ran:
    """A statement that ran."""

    sql: str
    ns: int
    rows: int
    call_site: str


@dataclass(slots=True)
class Spent:
    """What a request or job has used so far. Times in nanoseconds."""

    queries: int = 0
    database: int = 0
    # Drawing pages and mails, without the queries that they make.
    template: int = 0
    # Of a sample, each statement.
    sample: list[Ran] | None = None
    drawing: bool = False


# Called after each statement with its text, its start and its end (`perf_counter_ns`), and
# SQLAlchemy's context of it. Must not raise.
Listener = Callable[[str, int, int, Any], None]
LISTENERS = Registry[Listener]("statements", "listener")

# Of one request, which may run very many.
LARGEST_SAMPLE = 2000

_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


def begin(sampled: bool = False) -> Token[Spent | None]:
    """Count from zero, for a request or a job that starts now. `end` goes back to what was."""
    return _spent.set(Spent(sample=[] if sampled else None))


def end(token: Token[Spent | None]) -> None:
    _spent.reset(token)


def spent() -> Spent:
    """What was used since `begin()`."""
    return _spent.get() or Spent()


def listen(app: Flask, listener: Listener) -> None:
    """Have `listener` told of each statement."""
    LISTENERS.add(app, listener)


def init_app(app: Flask) -> None:
    LISTENERS.init_app(app)
    listeners = LISTENERS.by_name(app).values()
    with app.app_context():
        engine = db.engine
    fetches_are_timed = engine.dialect.name == "sqlite"
    if fetches_are_timed:
        cursors.time_fetches(engine, spent)

    def run(kind: str, cursor: Any, statement: str, *more: Any) -> bool:
        started = perf_counter_ns()
        try:
            getattr(engine.dialect, kind)(cursor, statement, *more)
        finally:
            ended = perf_counter_ns()
            if used := _spent.get():
                used.database += ended - started
                # Waiting for the turn to write is time of the database, and nobody's query.
                if not statement.startswith("BEGIN"):
                    used.queries += 1
                    if used.sample is not None and len(used.sample) < LARGEST_SAMPLE:
                        ran = Ran(statement, ended - started, max(cursor.rowcount, 0), "")
                        ran.call_site = places.here()
                        used.sample.append(ran)
                        if fetches_are_timed and cursor.description:
                            ran.rows, cursor.ran = 0, ran
            for listener in listeners:
                listener(statement, started, ended, more[-1])
        return True  # it has been run

    # One call for each statement, where "before" and "after" would be two and a place to keep the
    # start: 5 µs less of a page with two queries.
    for kind in ("do_execute", "do_executemany", "do_execute_no_params"):
        event.listen(engine, kind, partial(run, kind))
    app.jinja_env.template_class = Timed


class Timed(Template):
    """A template that counts the time it takes. What it includes is part of it."""

    def render(self, *arguments: Any, **values: Any) -> str:
        if not (used := _spent.get()) or used.drawing:
            return super().render(*arguments, **values)
        started, database = perf_counter_ns(), used.database
        used.drawing = True
        try:
            return super().render(*arguments, **values)
        finally:
            used.drawing = False
            used.template += perf_counter_ns() - started - used.database + database
