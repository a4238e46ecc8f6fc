"""Whether the migrations result in the models' schema, including what Alembic doesn't compare."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, create_engine, text

from carafe.config import ROOT
from carafe.database import db
from carafe.database.migrations.rebuild import has_autoincrement
from carafe.testing.apps import another_app

REVISIONS = [
    script.revision
    for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions("base", "heads")
][::-1]


@pytest.fixture
def sqlite(app: Flask, tmp_path: Path) -> Iterator[None]:
    """Return the context of an app with an empty SQLite database."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    with another_app(app, DATABASE_URL=url) as made, made.app_context():
        yield


def shape(connection: Connection, table: str) -> dict[str, Any]:
    """Return a table as SQLite has it, whatever the wording and order of its definition."""

    def read(statement: str) -> Any:
        return connection.exec_driver_sql(statement).mappings().all()

    indexes = {
        row["name"]: (row["unique"], row["partial"], index_columns(connection, row["name"]))
        for row in read(f'PRAGMA index_list("{table}")')
        if row["origin"] == "c"
    }
    return {
        "autoincrement": has_autoincrement(connection, table),
        "options": [(row["wr"], row["strict"]) for row in read(f'PRAGMA table_list("{table}")')],
        "columns": {
            row["name"]: (row["type"], row["notnull"], row["pk"], row["hidden"])
            for row in read(f'PRAGMA table_xinfo("{table}")')
        },
        "unique": sorted(
            index_columns(connection, row["name"])
            for row in read(f'PRAGMA index_list("{table}")')
            if row["origin"] == "u"
        ),
        "foreign keys": sorted(
            (row["from"], row["table"], row["on_delete"], row["on_update"])
            for row in read(f'PRAGMA foreign_key_list("{table}")')
        ),
        "indexes": indexes,
    }


def index_columns(connection: Connection, index: str) -> Any:
    rows = connection.exec_driver_sql(f'PRAGMA index_xinfo("{index}")').mappings()
    return [(row["name"], row["desc"], row["coll"]) for row in rows if row["key"]]


def test_a_migrated_database_is_what_the_models_say(sqlite):
    upgrade()
    engine = create_engine("sqlite://")
    with engine.connect() as models, db.engine.connect() as migrated:
        db.metadata.create_all(models)
        for table in db.metadata.tables:
            assert shape(migrated, table) == shape(models, table), table
    engine.dispose()


@pytest.fixture
def counters(sqlite):
    """Make each table with AUTOINCREMENT have assigned an ID that no row has anymore."""

    def read() -> dict[str, int]:
        with db.engine.begin() as connection:
            rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence"))
            return {row.name: row.seq for row in rows}

    def set_all(number: int) -> set[str]:
        with db.engine.begin() as connection:
            tables = connection.execute(
                text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
            )
            names = {row.name for row in tables}
            connection.execute(text("DELETE FROM sqlite_sequence"))
            for name in names:
                connection.execute(
                    text("INSERT INTO sqlite_sequence VALUES (:name, :number)"),
                    {"name": name, "number": number},
                )
        return names

    return set_all, read


def test_no_migration_loses_the_counter_of_a_table(counters):
    set_all, read = counters
    names: set[str] = set()
    steps = [(upgrade, revision) for revision in REVISIONS]
    steps += [(downgrade, revision) for revision in REVISIONS[-2::-1]]
    for number, (step, revision) in enumerate(steps):
        step(revision=revision)
        counters_now = read()
        still = set_all(number)
        assert {name: counters_now.get(name) for name in names & still} == dict.fromkeys(
            names & still, number - 1
        ), f"{step.__name__} {revision}"
        names = still
    assert "user" in names
