"""Full-text search for rows by the beginnings of words, such as "ali ex" for Alice Example.

A migration adds it to a table (`create_index`); the admin's `FullText` uses it. On SQLite, it is an
FTS5 table over the columns, on PostgreSQL a table of words with a GIN index, because computing the
words of each row would take 40 µs. Both are named after the table, with "_search", and maintained
by triggers. Accents and case don't matter.

Existing migrations call `create_index` and `drop_index`: change their results with a new migration.
"""

import re
import string
from collections.abc import Sequence
from typing import Any

from flask import Flask
from sqlalchemy import Connection, inspect, text

from carafe.registry import Registry

# FTS5 keeps deleted words in its tables until it merges them, unless told otherwise.
MIN_SECURE_DELETE_VERSION = (3, 42)
# The version of FTS5's format that every SQLite supports.
FORMAT = 4

# Searched columns, by table.
SEARCHES = Registry[list[str]]("searches", "full-text search of")

SUFFIX = "_search"
TRIGGER_EVENTS = "insert", "delete", "update"
# The row's columns in the function that PostgreSQL's trigger calls.
COLUMNS = re.compile(r"concat_ws\(' ', ([^)]+)\)")


class NeedsColumnError(RuntimeError):
    """A migration drops a column that is searched."""

    def __init__(self, table: str, column: str):
        super().__init__(
            f"The full-text search of {table} needs its column {column}. Before the column, drop "
            f'the search: fulltext.drop_index(op, "{table}"), from carafe.database.'
        )


def create_index(op: Any, table: str, columns: Sequence[str]) -> None:
    """Make these columns of a table searchable, in a migration. Its key is `id`."""
    for statement in _creation(op.get_context().dialect.name, table, columns):
        op.execute(statement)


def drop_index(op: Any, table: str) -> None:
    """Drop a table's search, in a migration, with its triggers."""
    for statement in _removal(op.get_context().dialect.name, table):
        op.execute(statement)


def create(connection: Connection, table: str, columns: Sequence[str]) -> None:
    """Make these columns of a table searchable."""
    for statement in _creation(connection.dialect.name, table, columns):
        connection.execute(text(statement))


def drop(connection: Connection, table: str) -> None:
    """Drop a table's search, with its triggers."""
    for statement in _removal(connection.dialect.name, table):
        connection.exec_driver_sql(statement)


def declare(app: Flask, table: str, columns: Sequence[str]) -> None:
    """Declare that a feature searches these columns: `flask db migrate` makes them searchable."""
    # Several lists may search a table, all with the same columns.
    if SEARCHES.by_name(app).get(table) != list(columns):
        SEARCHES.add(app, list(columns), name=table)


def declared(app: Flask) -> dict[str, list[str]]:
    """Return the columns that features search, by table."""
    return SEARCHES.by_name(app)


def searched_tables(connection: Connection) -> dict[str, list[str]]:
    """Return the searched columns of each table with a search, including dropped tables."""
    if connection.dialect.name == "sqlite":
        return {
            name.removesuffix(SUFFIX): [
                row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")
            ]
            for (name,) in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                r" AND sql LIKE 'CREATE VIRTUAL TABLE %\_search USING fts5(%' ESCAPE '\'"
            ).fetchall()
        }
    functions = connection.exec_driver_sql(
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
        " AND prorettype = 'trigger'::regtype AND right(proname, 7) = '_search'"
    )
    return {
        name.removesuffix(SUFFIX): [column.removeprefix("new.") for column in match[1].split(", ")]
        for name, source in functions
        if (match := COLUMNS.search(source))
    }


def searched_columns(connection: Connection, table: str) -> list[str]:
    """Return the searched columns of a table, or none if it has no search."""
    return searched_tables(connection).get(table, [])


def own_tables(connection: Connection) -> set[str]:
    """Return the tables created here, which have no model."""
    parts = ("", "_data", "_idx", "_config") if connection.dialect.name == "sqlite" else ("",)
    return {f"{name}{SUFFIX}{part}" for name in searched_tables(connection) for part in parts}


def trigger_names(table: str) -> list[str]:
    """Return the names of the triggers that maintain a table's search on SQLite."""
    return list(_triggers(table, []))


def _creation(dialect: str, table: str, columns: Sequence[str]) -> list[str]:
    return {"sqlite": _sqlite, "postgresql": _postgresql}[dialect](table, columns)


def _removal(dialect: str, table: str) -> list[str]:
    name = f"{table}{SUFFIX}"
    if dialect == "sqlite":
        # They were deleted with a table that was dropped or rebuilt.
        triggers = [f"DROP TRIGGER IF EXISTS {trigger}" for trigger in trigger_names(table)]
        return [*triggers, f"DROP TABLE IF EXISTS {name}"]
    # Dropping the function drops the trigger.
    return [f"DROP FUNCTION IF EXISTS {name}() CASCADE", f"DROP TABLE IF EXISTS {name}"]


def _sqlite(table: str, columns: Sequence[str]) -> list[str]:
    made = (
        f"CREATE VIRTUAL TABLE {table}_search USING fts5({', '.join(columns)}, content='{table}', "
        "content_rowid='id', columnsize=0, prefix='1 2 3', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    return [made, *_triggers(table, columns).values(), _rebuild_sql(table)]


def _triggers(table: str, columns: Sequence[str]) -> dict[str, str]:
    name, listed = f"{table}_search", ", ".join(columns)
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("new", "old"))
    put = f"INSERT INTO {name}(rowid, {listed}) VALUES (new.id, {new});"  # noqa: S608  # nosec B608
    take = f"INSERT INTO {name}({name}, rowid, {listed}) VALUES ('delete', old.id, {old});"  # noqa: S608  # nosec B608
    changed = " OR ".join(f"new.{column} IS NOT old.{column}" for column in ("id", *columns))
    bodies = put, take, f"{take} {put}"
    return {
        f"{name}_{event}": f'CREATE TRIGGER {name}_{event} AFTER {event} ON "{table}" '
        f"{f'WHEN {changed} ' if event == 'update' else ''}BEGIN {body} END"
        for event, body in zip(TRIGGER_EVENTS, bodies, strict=True)
    }


def _rebuild_sql(table: str) -> str:
    return f"INSERT INTO {table}_search({table}_search) VALUES ('rebuild')"  # noqa: S608  # nosec B608


def _postgresql(table: str, columns: Sequence[str]) -> list[str]:
    name, signs = f"{table}_search", string.punctuation.replace("'", "''")
    new, old, current = (
        ", ".join(f"{row}.{column}" for column in columns) for row in ("new", "old", f'"{table}"')
    )
    # The parser would keep addresses and paths in one piece, so remove punctuation.
    # Neither `normalize` nor the rest needs an extension, such as `unaccent`.
    function = f"""
        CREATE OR REPLACE FUNCTION search_words(given text) RETURNS tsvector
        IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
            SELECT to_tsvector('simple', translate(normalize(
                regexp_replace(normalize(given, NFD), '[\u0300-\u036f]', '', 'g'), NFC
            ), '{signs}', '{" " * len(string.punctuation)}'))
        $$"""
    keep = f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP = 'INSERT' OR ({new}) IS DISTINCT FROM ({old}) THEN
                INSERT INTO {name} VALUES (new.id, search_words(concat_ws(' ', {new})))
                ON CONFLICT (id) DO UPDATE SET words = excluded.words;
            END IF;
            RETURN NULL;
        END $$"""  # noqa: S608  # nosec B608
    rows = f"SELECT id, search_words(concat_ws(' ', {current})) FROM \"{table}\""  # noqa: S608  # nosec B608
    return [
        function,
        f'CREATE TABLE {name} (id BIGINT PRIMARY KEY REFERENCES "{table}" ON DELETE CASCADE, '
        "words TSVECTOR NOT NULL)",
        f"INSERT INTO {name} {rows}",
        # Without a list of pending entries, which each search would have to read.
        f"CREATE INDEX ix_{name}_words ON {name} USING gin (words) WITH (fastupdate = off)",
        keep,
        # With `UPDATE OF`, no migration could change the type of these columns.
        f'CREATE TRIGGER {name} AFTER INSERT OR UPDATE ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def make_readable(connection: Connection) -> None:
    """Before migrations on an older SQLite, rebuild each search that a newer one wrote.

    Its `secure-delete` writes a format that older versions refuse.
    """
    if connection.dialect.dbapi.sqlite_version_info >= MIN_SECURE_DELETE_VERSION:  # type: ignore[union-attr]
        return
    run = connection.exec_driver_sql
    for table in searched_tables(connection):
        name = f"{table}{SUFFIX}"
        if run(f"SELECT v FROM {name}_config WHERE k = 'version'").scalar() != FORMAT:  # noqa: S608  # nosec B608
            run(f"UPDATE {name}_config SET v = {FORMAT} WHERE k = 'version'")  # noqa: S608  # nosec B608
            run(_rebuild_sql(table))


def recreate_triggers(connection: Connection) -> None:
    """After migrations, repair the search of tables that were rebuilt or dropped with raw SQL.

    Dropping a table drops SQLite's triggers, and what was written since is not in the index. The
    words of a table that no longer exists are deleted, too.
    """
    tables = set(inspect(connection).get_table_names())
    for table, columns in searched_tables(connection).items():
        if table not in tables:
            drop(connection, table)
        elif connection.dialect.name == "sqlite":
            _restore_triggers(connection, table, columns)


def _restore_triggers(connection: Connection, table: str, columns: list[str]) -> None:
    run = connection.exec_driver_sql
    existing = {name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    lost = [sql for name, sql in _triggers(table, columns).items() if name not in existing]
    for trigger in lost:
        run(trigger)
    if lost:
        run(_rebuild_sql(table))
    if connection.dialect.dbapi.sqlite_version_info >= MIN_SECURE_DELETE_VERSION:  # type: ignore[union-attr]
        name = f"{table}{SUFFIX}"
        run(f"INSERT INTO {name}({name}, rank) VALUES ('secure-delete', 1)")  # noqa: S608  # nosec B608


def init_app(app: Flask) -> None:
    SEARCHES.init_app(app)
