"""Databases beside the one that all tests share, and what databases are asked."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, event, text

from app.core.database import database_url, db


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
    own = url.update_query_dict({"options": f"-csearch_path={schema}"})
    yield own.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
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
