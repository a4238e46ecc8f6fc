"""Checks whether files and the database are writable, without writing anything."""

import os
from pathlib import Path

from sqlalchemy import text

from carafe.database.base import db
from carafe.database.sqlite import BUSY_TIMEOUT_SECONDS, sqlite_driver
from carafe.database.sqlite_file import SQLITE_BUSY, files_of


def unwritable(*paths: Path) -> str | None:
    """Return which of these files and folders aren't writable, and why. Missing ones are."""
    for path in paths:
        if path.exists() and not os.access(path, os.W_OK):
            return f"Can't write to {path}: {why_not(path)}"
    return None


def unwritable_database() -> str | None:
    """Return why the database isn't writable, or None.

    Raise its error if it can't even be queried.
    """
    files = files_of(db.engine)
    return unwritable(*(path.parent for path in files[:1]), *files) or _database()


def why_not(path: Path) -> str:
    """Return why an existing path isn't writable."""
    if hasattr(os, "statvfs") and os.statvfs(path).f_flag & os.ST_RDONLY:
        return "its file system is mounted read-only."
    return f"user {os.getuid() if hasattr(os, 'getuid') else ''} has no permission."


def _database() -> str | None:
    if files_of(db.engine):
        return _sqlite()
    if db.engine.dialect.name != "postgresql":
        return None
    query = text("SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')")
    is_standby, is_read_only = db.session.execute(query).one()
    if is_standby:
        return "The database is a standby that has not been promoted."
    if is_read_only == "on":
        return "The database is read-only: default_transaction_read_only is on."
    return None


def _sqlite() -> str | None:
    # Take the write lock for an instant, which writes nothing and which waiting writers don't
    # notice.
    driver = sqlite_driver()
    connection = db.engine.raw_connection()
    try:
        run = connection.cursor().execute
        run("PRAGMA busy_timeout=0")
        try:
            run("BEGIN IMMEDIATE")
            run("ROLLBACK")
        finally:
            run(f"PRAGMA busy_timeout={round(BUSY_TIMEOUT_SECONDS * 1000)}")
    except driver.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == SQLITE_BUSY:
            return None  # someone is writing right now
        return f"The database rejects writes: {error}."
    finally:
        connection.close()
    return None
