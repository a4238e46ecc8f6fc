"""The toolbar's queries, and links that run one again or ask for its plan.

The library's own links carry the statement, signed with `SECRET_KEY`, which in development
everybody knows; and SQLAlchemy 2 does not run it their way. Ours carry a name under which this
process keeps the statement.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request
from flask_debugtoolbar.panels.sqlalchemy import SQLAlchemyDebugPanel, get_queries
from flask_debugtoolbar.utils import format_fname, format_sql

from app.core.database import db
from app.core.routing import public
from app.core.this_machine import only_at_this_machine

VIEW = "debugtoolbar.sql_select"
KEPT = 2_000
ROWS_SHOWN = 100
READS = re.compile(r"\s*(SELECT|WITH)\b", re.I)
INLINE_STYLE = re.compile(r' style="[^"]*"')


@dataclass(frozen=True)
class Query:
    statement: str
    parameters: Any
    duration: float


class Queries(SQLAlchemyDebugPanel):
    def content(self) -> str:
        if not (found := get_queries()):
            return super().content()
        rows = [
            {
                "duration": query.duration,
                "sql": format_sql(query.statement, query.parameters),
                "signed_query": keep(query),
                "location_long": query.location,
                "location": format_fname(query.location),
            }
            for query in found
        ]
        return self.render("panels/sqlalchemy.html", {"queries": rows})


def keep(query: Any) -> str | None:
    """The name under which a query can be run again, if it is one that reads."""
    sets = query.parameters
    if not READS.match(query.statement or "") or len(sets) > 1:
        return None
    name, kept = secrets.token_urlsafe(16), current_app.extensions["toolbar_queries"]
    kept[name] = Query(query.statement, sets[0] if sets else (), query.duration)
    while len(kept) > KEPT:
        kept.popitem(last=False)
    return name


@public
def show(explain: bool = False) -> str:
    """What a query finds now, or its plan, for the toolbar's window."""
    only_at_this_machine()
    query = current_app.extensions["toolbar_queries"].get(request.args.get("query"))
    if query is None:
        return _draw(Query("", (), 0), ["Forgotten"], [["Reload the page, then try again."]])
    try:
        return _draw(query, *_run(query, explain))
    except Exception as error:  # a table that is gone since then, say
        return _draw(query, ["The database refuses"], [[error]])


def _run(query: Query, explain: bool) -> tuple[list[str], list[Any]]:
    with _read_only() as cursor:
        prefix = ("EXPLAIN QUERY PLAN " if _is_sqlite() else "EXPLAIN ") if explain else ""
        cursor.execute(prefix + query.statement, query.parameters)
        return [column[0] for column in cursor.description], cursor.fetchmany(ROWS_SHOWN)


@contextmanager
def _read_only() -> Iterator[Any]:
    """A cursor past SQLAlchemy, which would count it; its connection is never used again."""
    with closing(db.engine.raw_connection()) as connection:
        connection.detach()
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only=ON" if _is_sqlite() else "SET TRANSACTION READ ONLY")
        yield cursor


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def _draw(query: Query, headers: list[str], rows: list[Any]) -> str:
    sql = format_sql(query.statement, query.parameters)
    page = g.debug_toolbar.render(
        "panels/sqlalchemy_select.html",
        {"result": rows, "headers": headers, "sql": sql, "duration": query.duration},
    )
    return INLINE_STYLE.sub("", page)


def init_app(app: Flask) -> None:
    app.extensions["toolbar_queries"] = OrderedDict()
    app.view_functions[VIEW] = show
