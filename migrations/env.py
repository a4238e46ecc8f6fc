"""Alembic's environment for `flask db …`, with the app's engine and models.

Importing `comparison` and `dialects` registers their extensions with Alembic.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from click import ClickException
from sqlalchemy import Connection, text
from sqlalchemy.exc import SAWarning

from carafe.database import db, fulltext
from carafe.database.migrations import (  # noqa: F401
    VERSION_TABLE,
    comparison,
    counters,
    dialects,
    directives,
    refuse_twins,
    squashed,
)
from carafe.database.migrations.rendering import render_item
from carafe.database.sqlite_file import creating, files_of
from carafe.database.writable import unwritable

# A number that no other lock of the database has.
LOCK = 7_211_309


def run(**target: Any) -> None:
    applied: list[Any] = []
    connection: Any = target.get("connection")

    def include_object(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        """Ignore tables without a model: full-text search, and the engine's version."""
        if kind != "table" or not reflected:
            return True
        return name != VERSION_TABLE and name not in fulltext.own_tables(connection)

    def process(migration: Any, revision: Any, scripts: Any) -> None:
        compared = getattr(context.config.cmd_opts, "autogenerate", False)
        directives.process(context.script, scripts, compared=compared)

    context.configure(
        on_version_apply=lambda **step: applied.append(step),
        target_metadata=db.Model.metadata,
        render_as_batch=True,
        render_item=render_item,
        include_object=include_object,
        process_revision_directives=process,
        # One transaction, on SQLite, too: a migration that is killed halfway has not happened.
        transactional_ddl=True,
        **target,
    )
    with context.begin_transaction():
        if connection is not None and connection.dialect.name == "postgresql":
            # Several servers that start at the same time take the lock in turn, as with SQLite's
            # write lock.
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        if connection is not None:
            squashed.adopt(connection, context.script)
        on_sqlite = connection is not None and connection.dialect.name == "sqlite"
        if on_sqlite:
            fulltext.make_readable(connection)
        before = counters.largest_ids(connection) if on_sqlite else {}
        context.run_migrations()
        # This examines every row, so not at each start.
        if applied and connection is not None:
            fulltext.recreate_triggers(connection)
        if applied and on_sqlite:
            counters.restore(connection, before)
            check_foreign_keys(connection)


def check_foreign_keys(connection: Connection) -> None:
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
        raise RuntimeError(f"rows refer to what is not there: {broken[:5]}")


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Switch off foreign keys on SQLite, and check them before the commit.

    Changing a table means copying and dropping it, and with foreign keys enforced, the drop would
    delete every row that refers to it.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


# They are kept when a table is rebuilt (carafe/database/migrations/rebuild.py).
warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression", SAWarning)
# These are not, nor could a migration ever name them.
warnings.filterwarnings("error", "Unnamed CHECK constraint on reflected table")

refuse_twins(context.script)
if context.is_offline_mode():
    run(url=db.engine.url, literal_binds=True)
else:
    files = files_of(db.engine)
    if problem := unwritable(*(file.parent for file in files[:1]), *files):
        raise ClickException(problem)
    with (
        creating(db.engine),
        db.engine.connect() as connection,
        without_foreign_keys(connection),
    ):
        run(connection=connection)
