"""Whether the queries of a declared list use an index, whatever is requested.

The functions return queries that don't, with their plans. They need some thousand rows, because
planners use no index for fewer.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest
from flask import Flask, request
from sqlalchemy import Connection, event, func, select
from sqlalchemy.engine.interfaces import DBAPICursor

from carafe.admin.lists import listing, matching
from carafe.admin.lists.state import ListState
from carafe.admin.model_admin import ModelAdmin
from carafe.database import db
from carafe.observability.plans import postgresql, sqlite
from carafe.observability.plans.nodes import SCAN, SORT, Node, walk
from carafe.testing.list_choices import Arguments, choices, sorts

# A statement's parameters, as the driver gets them.
Parameters = Sequence[object]


class Plans:
    """The plans of the app's statements, each kind of which is checked once."""

    def __init__(self, table: str):
        self.table = table
        self.statements: list[tuple[str, Parameters]] = []

    def __enter__(self) -> "Plans":
        event.listen(db.engine, "before_cursor_execute", self._remember)
        return self

    def __exit__(self, *error: object) -> None:
        event.remove(db.engine, "before_cursor_execute", self._remember)

    def _remember(
        self, connection: object, cursor: object, sql: str, values: Parameters, *more: object
    ) -> None:
        if not sql.startswith(("BEGIN", "EXPLAIN", "SET")):
            self.statements.append((sql, values))

    def bad(self, *kinds: str) -> list[str]:
        """Return the statements that read the table, or a temporary one, in one of these ways."""
        statements, self.statements = self.statements, []
        bad = []
        for sql, values in statements:
            nodes = plan_nodes(sql, values, kinds)
            if any(self._is_bad(node, kinds) for node in nodes):
                bad.append("\n  ".join([sql.replace("\n", " "), *(node.text for node in nodes)]))
        return bad

    def _is_bad(self, node: Node, kinds: tuple[str, ...]) -> bool:
        table = node.relation or re.sub(r"_\d+$", "", node.alias)
        if node.kind == SORT:
            # A search that started with an index ends with the page.
            return SORT in kinds and not node.text.startswith("Incremental")
        if table == self.table:
            return node.kind in kinds
        return node.kind == SCAN and table in db.metadata.tables  # what is joined, for each row


def plan_nodes(sql: str, values: Parameters, kinds: tuple[str, ...]) -> list[Node]:
    """Return the nodes in a statement's plan that must not be of these kinds."""
    return list(walk(_explain(db.session.connection(), sql, values, kinds)))


def _explain(
    connection: Connection, sql: str, values: Parameters, kinds: tuple[str, ...]
) -> list[Node]:
    cursor: DBAPICursor = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        return sqlite.tree(sqlite.explain(cursor, sql))
    # PostgreSQL prefers to read and sort some thousand rows as a whole; not those of a large table.
    more = ["sort", "bitmapscan"] if SORT in kinds else ["hashjoin", "mergejoin"]
    switches = ["seqscan", *more]
    for switch in switches:
        cursor.execute(f"SET LOCAL enable_{switch} = off")
    cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", values)
    row = cursor.fetchone()
    assert row
    plan = row[0]
    # First, because otherwise the catalog's query is expensive enough to be compiled: 0.1 s.
    for switch in switches:
        cursor.execute(f"SET LOCAL enable_{switch} = on")
    parts = [part for root in plan for part in postgresql._walk(root["Plan"])]
    postgresql._add_indexes(cursor, parts)
    return postgresql.tree(plan)


def sorted_without_index(app: Flask, admin: ModelAdmin) -> list[str]:
    """Check each order of the list."""
    return [
        query for sort in sorts(admin) for query in _bad_queries(app, admin, {"sort": sort}, SORT)
    ]


def filtered_without_index(app: Flask, admin: ModelAdmin, many: int) -> list[str]:
    """Check each filter, scope, and search that leaves fewer than `many` rows."""
    return [
        query
        for arguments, few in _choices(app, admin, many)
        for query in _bad_queries(app, admin, arguments, *([SCAN] if few else []))
    ]


def sorted_and_filtered_without_index(app: Flask, admin: ModelAdmin) -> list[str]:
    """Check each filter, scope, and search in each order, as if many rows matched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "COUNT_LIMIT", -1)
        patch.setattr(listing, "SCAN_SECONDS", 60)  # however busy this machine is
        return [
            query
            for arguments, _ in _choices(app, admin, 0)
            for sort in sorts(admin)
            for query in _bad_queries(app, admin, arguments | {"sort": sort}, SORT)
        ]


def _choices(app: Flask, admin: ModelAdmin, many: int) -> Iterator[tuple[Arguments, bool]]:
    """Yield each choice, and whether few rows match, which must be found by what is searched."""
    with app.test_request_context():
        all_choices = list(choices(admin))
        for arguments in all_choices:
            where = matching.conditions(ListState.parse(admin.list, arguments))
            query = select(func.count()).select_from(admin.model).where(*where)
            few = (db.session.scalar(query) or 0) < many
            yield arguments, few or db.engine.dialect.name == "sqlite"
        db.session.rollback()


def _bad_queries(app: Flask, admin: ModelAdmin, arguments: Arguments, *kinds: str) -> list[str]:
    """Check the queries of a page, and of the next and previous ones."""
    bad: list[str] = []
    waiting: list[Arguments | str] = [arguments]
    while waiting:
        query = waiting.pop()
        with (
            app.test_request_context(query_string=query),
            Plans(admin.model.__tablename__) as plans,
        ):
            page = listing.load_page(ListState.parse(admin.list, request.args)).pages
            bad += [f"{request.query_string.decode()}: {plan}" for plan in plans.bad(*kinds)]
            if "after" not in request.args and "before" not in request.args:
                urls = page.next_url, page.prev_url
                waiting += [urlsplit(url).query for url in urls if url]
            db.session.rollback()
    return bad
