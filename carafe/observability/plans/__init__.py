"""A statement's query plan, and the index that would help.

Nothing here runs a statement: EXPLAIN without ANALYZE, in a read-only transaction.
"""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from types import ModuleType

from sqlalchemy.engine.interfaces import DBAPICursor

from carafe.database import db
from carafe.observability.plans import postgresql, sqlite
from carafe.observability.plans.advice import IndexAdvice, IndexTrial
from carafe.observability.plans.nodes import SMALL_TABLE, Node, tables_of
from carafe.observability.plans.report import PlanReport
from carafe.observability.plans.scopes import scopes
from carafe.observability.plans.sql import layout, tokens

__all__ = [
    "IndexAdvice",
    "Node",
    "PlanReport",
    "build_report",
    "explain",
    "layout",
    "load_report",
    "plan_warnings",
]

log = logging.getLogger(__name__)

# The list of statements doesn't wait longer for plans.
MAX_SECONDS = 1.0
LOCK_TIMEOUT = "55P03"  # PostgreSQL's: lock_not_available
PLANNED = {"SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "VALUES"}


def build_report(sql: str) -> PlanReport:
    """Return the current plan of a statement, and try which index would help.

    Raise the database's error if it no longer knows the statement's tables.
    """
    with _plan_cursor() as (cursor, engine):
        report = PlanReport(_tree(engine, cursor, sql), scopes(sql))
        try:
            report.sizes = _sizes(engine, cursor, tables_of(report.nodes, report.scopes))
            if report.flag_nodes():
                with engine.copy(cursor, report.sizes) as trial_cursor:
                    trial = IndexTrial(
                        trial_cursor, lambda c: _tree(engine, c, sql), engine.columns, _quote
                    )
                    report.advise(trial)
        except Exception as error:
            report.abort(error)
    return report


def plan_warnings(statements: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what is slow in the plans of several statements, by their keys.

    Some are omitted if the database is slow, or a migration has locked one of their tables.
    """
    looks: dict[str, PlanReport] = {}
    sizes: dict[str, int] = {}
    until = time.monotonic() + MAX_SECONDS
    with _plan_cursor() as (cursor, engine):
        for key, sql in statements.items():
            cursor.execute("SAVEPOINT one")
            try:
                looks[key] = PlanReport(_tree(engine, cursor, sql), scopes(sql))
            except Exception as error:  # such as a statement of older code, with other tables
                log.debug("EXPLAIN failed for %s: %s", key, error)
                cursor.execute("ROLLBACK TO SAVEPOINT one")
                if getattr(error, "sqlstate", "") == LOCK_TIMEOUT:
                    break
            cursor.execute("RELEASE SAVEPOINT one")
            if time.monotonic() > until:
                break
        tables = {name for look in looks.values() for name in tables_of(look.nodes, look.scopes)}
        try:
            sizes = _sizes(engine, cursor, tables)
        except Exception as error:
            log.debug("cannot read table sizes: %s", error)
    for look in looks.values():
        look.sizes = sizes
    return {
        key: sorted({node.warning for node in look.flag_nodes()}) for key, look in looks.items()
    }


def load_report(plan: str, sql: str) -> PlanReport:
    """Return the stored plan. The tables' sizes at that time are unknown."""
    rows = json.loads(plan)
    engine = sqlite if rows and isinstance(rows[0], list) else postgresql
    report = PlanReport(engine.tree(rows), scopes(sql))
    report.flag_nodes()
    return report


def explain(sql: str) -> list[object]:
    """Return a statement's plan, in the form that `read` accepts, decoded from JSON."""
    with _plan_cursor() as (cursor, engine):
        return _rows(engine, cursor, sql)


@contextmanager
def _plan_cursor() -> Iterator[tuple[DBAPICursor, ModuleType]]:
    """Return a cursor for plans that bypasses SQLAlchemy, so its statements aren't recorded."""
    engine = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    with closing(db.engine.raw_connection()) as connection:
        if engine is postgresql:
            connection.detach()
        cursor = connection.cursor()
        engine.enter(cursor)
        yield cursor, engine


def _rows(engine: ModuleType, cursor: DBAPICursor, sql: str) -> list[object]:
    words = [token.word for token in tokens(sql) if token.kind != "space"]
    # Some pragmas act when they are compiled, EXPLAIN or not (sqlite.org/pragma.html), and of
    # several statements, only the first would be explained.
    if not words or words[0] not in PLANNED or ";" in words:
        raise ValueError("Only a single SELECT, INSERT, UPDATE or DELETE has a plan.")
    rows: list[object] = engine.explain(cursor, sql)
    return rows


def _tree(engine: ModuleType, cursor: DBAPICursor, sql: str) -> list[Node]:
    nodes: list[Node] = engine.tree(_rows(engine, cursor, sql))
    return nodes


def _sizes(engine: ModuleType, cursor: DBAPICursor, tables: set[str]) -> dict[str, int]:
    """Count each table's rows, up to the limit for large ones.

    Skips names that aren't tables (CTEs).
    """
    names = [name for name in sorted(tables) if engine.columns(cursor, name)]
    if not names:
        return {}
    counts = [
        f"(SELECT count(*) FROM (SELECT 1 FROM {_quote(name)} LIMIT {SMALL_TABLE + 1}) AS one)"  # noqa: S608  # nosec B608
        for name in names
    ]
    cursor.execute(f"SELECT {', '.join(counts)}")
    return dict(zip(names, cursor.fetchall()[0], strict=True))


def _quote(name: str) -> str:
    return ".".join(map(db.engine.dialect.identifier_preparer.quote, name.split(".")))
