"""Checks of the database: that it exists, is up to date, and stores what it is given."""

import os

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from carafe import checks
from carafe.checks.disks import network_disks
from carafe.database import db, migrations
from carafe.database.sqlite import MIN_SQLITE_VERSION, sqlite_driver
from carafe.database.sqlite_file import is_missing
from carafe.database.writable import unwritable_database
from carafe.network import is_loopback
from carafe.version import __version__

ENCRYPTED_SSLMODES = {"require", "verify-ca", "verify-full"}


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "core.database",
        unreachable,
        level="error",
        remedy="Start the database, or fix DATABASE_URL or INSTANCE_PATH.",
        all_environments=True,
    )
    checks.add(
        app,
        "core.migrations",
        migrations_pending,
        level="error",
        remedy="Run flask db upgrade, or deploy the version of the code this database belongs to.",
        depends_on="core.database",
        all_environments=True,
    )
    checks.add(
        app,
        "core.writable",
        unwritable_database,
        level="error",
        remedy="Make its folder writable for the app's user, on a disk mounted for writing.",
        depends_on="core.migrations",
        all_environments=True,
    )
    checks.add(
        app,
        "core.engine_version",
        other_engine_version,
        level="warning",
        remedy="Run flask db upgrade, or use the version of the engine this database belongs to.",
        depends_on="core.migrations",
        all_environments=True,
    )
    checks.add(
        app,
        "core.tables",
        missing_tables,
        level="error",
        remedy='Run flask db migrate -m "Add …", then flask db upgrade.',
        depends_on="core.migrations",
        all_environments=True,
    )
    checks.add(
        app,
        "core.sqlite_version",
        unsafe_sqlite,
        level="warning",
        remedy="Install pysqlite3, or use a Python with a newer SQLite.",
        all_environments=True,
    )
    checks.add(
        app,
        "core.sqlite_journal",
        non_wal_journal,
        level="warning",
        remedy="Keep the database file on a local, writable disk.",
        depends_on="core.database",
        all_environments=True,
    )
    checks.add(
        app,
        "core.network_disk",
        network_disks,
        level="warning",
        remedy="Move INSTANCE_PATH to a local disk. For several machines, use PostgreSQL.",
    )
    checks.add(
        app,
        "core.database_encryption",
        unencrypted,
        level="info",
        remedy="Add ?sslmode=verify-full to DATABASE_URL, unless this is a private network.",
    )


def unreachable() -> str | None:
    if is_missing(db.engine):
        return None  # migrations create it
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return f"Can't connect to the database: {checks.root_cause(error)}"
    return None


def migrations_pending() -> str | None:
    try:
        current = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        if is_missing(db.engine):
            return f"The database {db.engine.url.database} does not exist."
        return "The database has no tables yet."
    head = migrations.head_revision()
    return (
        None if current == head else f"The database is at revision {current}, the code at {head}."
    )


def other_engine_version() -> str | None:
    version = migrations.engine_version()
    if version == __version__:
        return None
    return (
        f"The database belongs to version {version or 'unknown'} of the engine, "
        f"the code is {__version__}."
    )


def missing_tables() -> str | None:
    names = migrations.missing_tables()
    return f"No migration has created the tables {', '.join(names)}." if names else None


def unsafe_sqlite() -> str | None:
    driver = sqlite_driver()
    if db.engine.dialect.name != "sqlite" or driver.sqlite_version_info >= MIN_SQLITE_VERSION:
        return None
    return (
        f"SQLite {driver.sqlite_version} can corrupt a database when two processes write at the "
        f"same instant. {'.'.join(map(str, MIN_SQLITE_VERSION))} fixes this."
    )


def non_wal_journal() -> str | None:
    if db.engine.dialect.name != "sqlite" or is_missing(db.engine):
        return None
    mode = db.session.scalar(text("PRAGMA journal_mode"))
    if mode == "wal":
        return None
    return f"SQLite's journal mode is {mode}, not WAL: readers and writers block each other."


def unencrypted() -> str | None:
    url = db.engine.url
    mode = url.query.get("sslmode") or os.environ.get("PGSSLMODE")
    if (
        db.engine.dialect.name != "postgresql"
        or mode in ENCRYPTED_SSLMODES
        or _is_local_host(url.host)
    ):
        return None
    return f"The connection to PostgreSQL on {url.host} isn't guaranteed to be encrypted."


def _is_local_host(host: str | None) -> bool:
    return not host or host.startswith("/") or is_loopback(host)
