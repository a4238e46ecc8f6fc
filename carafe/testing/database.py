"""Databases beside the one that all tests share, and what databases are asked."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, event, exists, select, text

from carafe.database import db
from carafe.database.setup import database_url


def empty_file(path: Path) -> Path:
    """An SQLite database without tables: the app opens none that is not there."""
    path.touch()
    return path


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The address of an empty one: a file in `folder`, or a schema where DATABASE_URL says."""
    if not (shared := os.environ.get("DATABASE_URL")):
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
    """Delete all rows: of the tables that have any, which one query tells, since most have none."""
    tables = list(reversed(db.Model.metadata.sorted_tables))
    filled = db.session.execute(select(*[exists(select(1).select_from(t)) for t in tables])).one()
    for table, has_rows in zip(tables, filled, strict=True):
        if has_rows:
            db.session.execute(table.delete())
    db.session.commit()


@contextmanager
def database_for(worker: str, url: str) -> Iterator[str]:
    """Create a PostgreSQL database beside the one of `url`, and return its address.

    Schemas in one database would share advisory locks and notifications.
    """
    shared = database_url(url)
    name = f"{shared.database}_{worker}"
    engine = create_engine(shared, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield shared.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What the app asks its database meanwhile, without the starts and ends of transactions."""
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)
