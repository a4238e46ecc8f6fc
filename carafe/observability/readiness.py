"""Whether this instance can serve, for `/readyz`. Reasons with paths are only logged."""

import logging
import shutil
from pathlib import Path

from flask import current_app
from sqlalchemy import text

from carafe.database import db, migrations
from carafe.database.sqlite import MIN_SQLITE_VERSION, sqlite_driver
from carafe.database.sqlite_file import files_of
from carafe.database.writable import unwritable, unwritable_database

log = logging.getLogger(__name__)

MIN_FREE_BYTES = 64 * 1024 * 1024
READ_ONLY = {"ok": False, "reason": "read-only"}


def checks() -> dict[str, dict[str, object]]:
    return {"database": _database(), "migrations": _migrations(), "disk": _disk()}


def least_free() -> tuple[int, Path]:
    """Return the free bytes of the fullest disk with state, and the folder there."""
    folders = {Path(current_app.instance_path)}
    folders |= {path.parent for path in files_of(db.engine) if path.exists()}
    return min((shutil.disk_usage(folder).free, folder) for folder in folders)


def _database() -> dict[str, object]:
    try:
        db.session.execute(text("SELECT 1"))
        problem = unwritable_database()
    except Exception as error:
        log.error("readyz: database: %s", error)
        return {"ok": False}
    if problem:
        log.error("readyz: %s", problem)
        return READ_ONLY
    if db.engine.dialect.name != "sqlite":
        return {"ok": True, "engine": db.engine.dialect.name}
    driver = sqlite_driver()
    version = {"engine": "sqlite", "version": driver.sqlite_version, "driver": driver.__name__}
    if driver.sqlite_version_info < MIN_SQLITE_VERSION:
        version["warning"] = (
            "SQLite before 3.51.3 can corrupt a WAL database; install the pysqlite3 package"
        )
    return {"ok": True, **version}


def _migrations() -> dict[str, object]:
    try:
        current = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except Exception:
        return {"ok": False, "remedy": "flask db upgrade"}
    if current != (head := migrations.head_revision()):
        return {"ok": False, "current": current, "head": head, "remedy": "flask db upgrade"}
    return {"ok": True}


def _disk() -> dict[str, object]:
    folder = Path(current_app.instance_path)
    if problem := unwritable(folder, folder / "limits.db"):
        log.error("readyz: %s", problem)
        return READ_ONLY
    try:
        free, _ = least_free()
    except OSError:
        return {"ok": False}
    return {"ok": free >= MIN_FREE_BYTES, "free_bytes": free}
