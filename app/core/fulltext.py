"""Full-text search: rows by the begins of the words in their columns, "ali ex" for Alice Example.

A migration adds it to a table (`add`); `FullText` in the administration asks for it. On SQLite it
is an FTS5 table over the columns, on PostgreSQL a table of words with a GIN index: made there for
each row, they take 40 µs. Both have the name of the table and "_search", and triggers keep them.
Accents and case do not matter.

Migrations that ran call `add` and `remove`: change what they make by a new migration.
"""

import re
import string
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

# FTS5 leaves what was deleted in its tables until it merges them, unless told otherwise.
FORGETS = (3, 42)

OWN = re.compile(r"\w+_search(_(data|idx|config))?")
EVENTS = "insert", "delete", "update"


def add(op: Any, table: str, columns: Sequence[str]) -> None:
    """Make these columns of a table searchable, in a migration. Its key is `id`."""
    statements = {"sqlite": _sqlite, "postgresql": _postgresql}[op.get_context().dialect.name]
    for statement in statements(table, columns):
        op.execute(statement)


def remove(op: Any, table: str) -> None:
    on_postgresql = op.get_context().dialect.name == "postgresql"
    for trigger in [f'{table}_search ON "{table}"'] if on_postgresql else _triggers(table, []):
        # One of a table that was rebuilt on the way is gone: see `restore`.
        op.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    if on_postgresql:
        op.execute(f"DROP FUNCTION {table}_search()")
    op.execute(f"DROP TABLE {table}_search")


def is_own(name: str) -> bool:
    """Whether a table that no model has may be one of those made here."""
    return OWN.fullmatch(name) is not None


def _sqlite(table: str, columns: Sequence[str]) -> list[str]:
    made = (
        f"CREATE VIRTUAL TABLE {table}_search USING fts5({', '.join(columns)}, content='{table}', "
        "content_rowid='id', columnsize=0, prefix='1 2 3', "
        "tokenize='unicode61 remove_diacritics 2')"
    )
    return [made, *_triggers(table, columns).values(), _rebuild(table)]


def _triggers(table: str, columns: Sequence[str]) -> dict[str, str]:
    name, listed = f"{table}_search", ", ".join(columns)
    new, old = (", ".join(f"{row}.{one}" for one in columns) for row in ("new", "old"))
    put = f"INSERT INTO {name}(rowid, {listed}) VALUES (new.id, {new});"  # noqa: S608  # nosec B608
    take = f"INSERT INTO {name}({name}, rowid, {listed}) VALUES ('delete', old.id, {old});"  # noqa: S608  # nosec B608
    changed = " OR ".join(f"new.{one} IS NOT old.{one}" for one in ("id", *columns))
    bodies = put, take, f"{take} {put}"
    return {
        f"{name}_{event}": f'CREATE TRIGGER {name}_{event} AFTER {event} ON "{table}" '
        f"{f'WHEN {changed} ' if event == 'update' else ''}BEGIN {body} END"
        for event, body in zip(EVENTS, bodies, strict=True)
    }


def _rebuild(table: str) -> str:
    return f"INSERT INTO {table}_search({table}_search) VALUES ('rebuild')"  # noqa: S608  # nosec B608


def _postgresql(table: str, columns: Sequence[str]) -> list[str]:
    name, signs = f"{table}_search", string.punctuation.replace("'", "''")
    new, old, own = (
        ", ".join(f"{row}.{one}" for one in columns) for row in ("new", "old", f'"{table}"')
    )
    # The parser would keep addresses and paths in one piece: without signs there are none.
    # Neither `normalize` nor the rest needs an extension, as `unaccent` would.
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
    rows = f"SELECT id, search_words(concat_ws(' ', {own})) FROM \"{table}\""  # noqa: S608  # nosec B608
    return [
        function,
        f'CREATE TABLE {name} (id BIGINT PRIMARY KEY REFERENCES "{table}" ON DELETE CASCADE, '
        "words TSVECTOR NOT NULL)",
        f"INSERT INTO {name} {rows}",
        # Without a list of what is pending, which each search would read.
        f"CREATE INDEX ix_{name}_words ON {name} USING gin (words) WITH (fastupdate = off)",
        keep,
        # With `UPDATE OF`, no migration could change the type of these columns.
        f'CREATE TRIGGER {name} AFTER INSERT OR UPDATE ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def restore(connection: Connection) -> None:
    """After migrations, on SQLite: put back the triggers of tables that were rebuilt.

    They go with the table that is dropped; whatever was written since is not in the index.
    """
    run = connection.exec_driver_sql
    there = {name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    made = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE % TABLE %_search USING fts5(%'"
    for (name,) in run(made).fetchall():
        table = name.removesuffix("_search")
        columns = [row[1] for row in run(f"PRAGMA table_info({name})")]
        lost = [sql for one, sql in _triggers(table, columns).items() if one not in there]
        for trigger in lost:
            run(trigger)
        if lost:
            run(_rebuild(table))
        if connection.dialect.dbapi.sqlite_version_info >= FORGETS:  # type: ignore[union-attr]
            run(f"INSERT INTO {name}({name}, rank) VALUES ('secure-delete', 1)")  # noqa: S608  # nosec B608
