"""Databases beside the one that all tests share, and the statements that databases run."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import compress
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, event, text

from carafe.database import db
from carafe.database.setup import database_url


def empty_file(path: Path) -> Path:
    """Create a SQLite database without tables, because the app doesn't create one."""
    path.touch()
    return path


@contextmanager
def empty_database(shared: str | None, folder: Path) -> Iterator[str]:
    """Return the URL of an empty one.

    A schema of PostgreSQL's `shared` one, or a file in `folder`.
    """
    if not shared:
        yield f"sqlite:///{empty_file(folder / 'own.db')}"
        return
    schema = f"own_{secrets.token_hex(4)}"
    url = database_url(shared)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url_in_schema = url.update_query_dict({"options": f"-csearch_path={schema}"})
    yield url_in_schema.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


def empty_tables() -> None:
    """Delete all rows, from the tables that have any; one query tells, because most have none."""
    tables, query = _filled_tables()
    filled = db.session.connection().exec_driver_sql(query).one()
    for table in compress(tables, filled):
        db.session.connection().exec_driver_sql(f"DELETE FROM {table}")
    db.session.commit()


@cache
def _filled_tables() -> tuple[list[str], str]:
    """Return all tables, children first, and the statement that tells which have rows.

    As text, because this runs before each test, and SQLAlchemy's expressions take four times as
    long.
    """
    quote = db.engine.dialect.identifier_preparer.format_table
    tables = [quote(table) for table in reversed(db.Model.metadata.sorted_tables)]
    exists = (f"EXISTS (SELECT 1 FROM {table})" for table in tables)
    return tables, f"SELECT {', '.join(exists)}"


@contextmanager
def database_for(suffix: str, url: str, template: str | None = None) -> Iterator[str]:
    """Create a PostgreSQL database beside the one of `url`, and return its URL.

    Schemas in one database would share advisory locks and notifications. The new one has what the
    database named `template` has.
    """
    shared = database_url(url)
    name = f"{shared.database}_{suffix}"
    copied = f' TEMPLATE "{template}"' if template else ""
    engine = create_engine(shared, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"{copied}'))
        yield shared.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Record the app's statements, except those that begin and end transactions."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)
