"""Database and disk on the health page."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import func, select, text

from carafe.checks.database import migrations_pending, non_wal_journal, unsafe_sqlite
from carafe.database import db, migrations
from carafe.database.sqlite import sqlite_driver
from carafe.database.writable import unwritable_database
from carafe.observability import health, store
from carafe.observability.checks import low_disk_space
from carafe.observability.health import CRITICAL, OK, WARNING, HealthRow, format_size

# `PRAGMA journal_size_limit` cuts the log to this; a longer one means that a reader doesn't finish.
LARGE_WAL_BYTES = 64 * 1024 * 1024
LOW_SPACE_BYTES = 1024**3


def database() -> Iterator[HealthRow]:
    if db.engine.dialect.name == "sqlite":
        yield from _sqlite()
    else:
        yield from _postgresql()
    if problem := unwritable_database():
        yield HealthRow(
            "Writing", problem, CRITICAL, "Forms fail with 503 until the database is writable."
        )
    if problem := migrations_pending():
        yield HealthRow("Migrations", problem, CRITICAL, "Run: flask db upgrade")
    else:
        yield HealthRow("Migrations", f"Up to date ({migrations.head_revision()}).")


def _sqlite() -> Iterator[HealthRow]:
    driver, problem = sqlite_driver(), unsafe_sqlite()
    version = f"SQLite {driver.sqlite_version} ({driver.__name__.split('.')[0]})."
    yield HealthRow(
        "Version",
        problem or version,
        WARNING if problem else OK,
        "Install pysqlite3, or use a Python with a newer SQLite." if problem else "",
    )
    if problem := non_wal_journal():
        yield HealthRow("Journal mode", problem, WARNING, "Keep the database on a local disk.")
    if not (name := db.engine.url.database) or name == ":memory:":
        return
    # Not the file's size, because most of a new database is still in the write-ahead log.
    pages = db.session.scalar(
        text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
    )
    yield HealthRow("Size", format_size(pages or 0))
    log = Path(f"{name}-wal")
    length = log.stat().st_size if log.exists() else 0
    if length > LARGE_WAL_BYTES:
        remedy = "A long-running read is blocking the checkpoint. Restart the app."
        yield HealthRow("Write-ahead log", format_size(length), WARNING, remedy)
    else:
        yield HealthRow("Write-ahead log", format_size(length))


def _postgresql() -> Iterator[HealthRow]:
    bytes = db.session.scalar(text("SELECT pg_database_size(current_database())"))
    version = db.engine.dialect.server_version_info or ()
    yield HealthRow("Version", f"PostgreSQL {'.'.join(map(str, version))}.")
    yield HealthRow("Size", format_size(bytes or 0))


def disk() -> Iterator[HealthRow]:
    usage = shutil.disk_usage(current_app.instance_path)
    summary = f"{format_size(usage.free)} free of {format_size(usage.total)}."
    if problem := low_disk_space():
        yield HealthRow(
            "Free space",
            problem,
            CRITICAL,
            "Free up space, or move INSTANCE_PATH to a larger disk.",
        )
    elif usage.free < LOW_SPACE_BYTES:
        yield HealthRow("Free space", summary, WARNING, "Free up space before the disk is full.")
    else:
        yield HealthRow("Free space", summary)


def recorder() -> Iterator[HealthRow]:
    if not (working := current_app.extensions.get("recorder")):
        reason = "RECORDER_SAMPLE_RATE is 0" if current_app.config["RECORDER"] else "RECORDER is no"
        yield HealthRow("Recorder", f"Off: {reason}.")
        return
    if working.failing:
        yield HealthRow("Recorder", "Recent observations couldn't be saved. See the log.", CRITICAL)
    observations = store.get_store()
    with observations.connect() as connection:
        statements = connection.scalar(select(func.count()).select_from(store.statement))
    place = f"in the schema {store.SCHEMA}"
    if db.engine.dialect.name == "sqlite":
        place = f"in {observations.path.name}, {format_size(_file_size(observations.path))}"
    yield HealthRow("Stored", f"{statements} statements and request counts, {place}.")


def _file_size(file: Path) -> int:
    """Return the size of a SQLite file and its write-ahead log, which has all of a new database."""
    log = file.with_name(f"{file.name}-wal")
    return sum(path.stat().st_size for path in (file, log) if path.exists())


def init_app(app: Flask) -> None:
    health.add(app, "Database", database)
    health.add(app, "Disk", disk)
    health.add(app, "Recorder", recorder)
