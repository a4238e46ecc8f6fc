"""How the database and the disk are, for the page about health."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import func, select, text

from carafe.checks.database import other_journal, pending_migrations, unsafe_sqlite
from carafe.database import db, migrations, sqlite_driver
from carafe.database.writable import unwritable_database
from carafe.observability import health, store
from carafe.observability.checks import full_disk
from carafe.observability.health import BAD, OK, WARNING, Row, size

# `PRAGMA journal_size_limit` cuts it to this; a longer one means that a reader does not end.
LARGE_WAL_BYTES = 64 * 1024 * 1024
LITTLE_SPACE_BYTES = 1024**3


def database() -> Iterator[Row]:
    if db.engine.dialect.name == "sqlite":
        yield from _sqlite()
    else:
        yield from _postgresql()
    if problem := unwritable_database():
        yield Row("Writing", problem, BAD, "Until it can be written, forms answer 503.")
    if problem := pending_migrations():
        yield Row("Migrations", problem, BAD, "Run: flask db upgrade")
    else:
        yield Row("Migrations", f"Up to date, at {migrations.head()}.")


def _sqlite() -> Iterator[Row]:
    driver, problem = sqlite_driver(), unsafe_sqlite()
    version = f"SQLite {driver.sqlite_version}, by {driver.__name__.split('.')[0]}."
    yield Row(
        "Version",
        problem or version,
        WARNING if problem else OK,
        "Install the package pysqlite3, or a Python with a newer SQLite." if problem else "",
    )
    if problem := other_journal():
        yield Row("Journal", problem, WARNING, "Keep the database on a local disk.")
    if not (name := db.engine.url.database) or name == ":memory:":
        return
    yield Row("Size", size(Path(name).stat().st_size))
    log = Path(f"{name}-wal")
    length = log.stat().st_size if log.exists() else 0
    if length > LARGE_WAL_BYTES:
        remedy = "Something reads for very long and keeps it from being emptied. Restart the app."
        yield Row("Write-ahead log", size(length), WARNING, remedy)
    else:
        yield Row("Write-ahead log", size(length))


def _postgresql() -> Iterator[Row]:
    bytes = db.session.scalar(text("SELECT pg_database_size(current_database())"))
    version = db.engine.dialect.server_version_info or ()
    yield Row("Version", f"PostgreSQL {'.'.join(map(str, version))}.")
    yield Row("Size", size(bytes or 0))


def disk() -> Iterator[Row]:
    usage = shutil.disk_usage(current_app.instance_path)
    said = f"{size(usage.free)} free of {size(usage.total)}."
    if problem := full_disk():
        yield Row("Free space", problem, BAD, "Make room, or move INSTANCE_PATH to a larger disk.")
    elif usage.free < LITTLE_SPACE_BYTES:
        yield Row("Free space", said, WARNING, "Make room before it is full.")
    else:
        yield Row("Free space", said)


def recorder() -> Iterator[Row]:
    if not (working := current_app.extensions.get("recorder")):
        yield Row("Recorder", "Off: RECORD_SAMPLE is 0.")
        return
    if working.failing:
        yield Row("Recorder", "What was observed lately could not be written: see the log.", BAD)
    observations = store.of()
    with observations.connect() as connection:
        statements = connection.scalar(select(func.count()).select_from(store.statement))
    place = f"in the schema {store.SCHEMA}"
    if db.engine.dialect.name == "sqlite":
        place = f"in {observations.path.name}, {size(_length(observations.path))}"
    yield Row("Kept", f"{statements} statements, and what was counted of requests, {place}.")


def _length(file: Path) -> int:
    """Of an SQLite file and its write-ahead log, in which all of a young one still is."""
    log = file.with_name(f"{file.name}-wal")
    return sum(each.stat().st_size for each in (file, log) if each.exists())


def init_app(app: Flask) -> None:
    health.add(app, "Database", database)
    health.add(app, "Disk", disk)
    health.add(app, "Recorder", recorder)
