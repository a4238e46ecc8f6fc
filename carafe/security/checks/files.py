"""Checks of local files: who can read them, and whether rate limits can be counted."""

import os
import stat
from pathlib import Path

from dotenv import find_dotenv
from flask import Flask, current_app

from carafe import checks
from carafe.database.sqlite import sqlite_driver

WORLD_ACCESS = stat.S_IROTH | stat.S_IWOTH


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "security.readable_files",
        world_accessible,
        level="warning",
        remedy="Remove access for others: chmod o= PATH",
    )
    checks.add(
        app,
        "security.rate_limits",
        unwritable_rate_limits,
        level="error",
        remedy="Make INSTANCE_PATH and limits.db writable for the app's user.",
        all_environments=True,
    )


def world_accessible() -> str | None:
    matches = [
        str(path)
        for path in (Path(current_app.instance_path), dotenv())
        if is_world_accessible(path)
    ]
    return f"Every user on this machine can access {' and '.join(matches)}." if matches else None


def is_world_accessible(path: Path | None) -> bool:
    if path is None or os.name != "posix":
        return False
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:  # SQLite's temporary files
        return False
    if mode & WORLD_ACCESS:
        return True
    # Whatever is in a folder that others can't enter is closed to them, whatever its mode.
    return (
        bool(mode & stat.S_IXOTH)
        and path.is_dir()
        and any(map(is_world_accessible, path.iterdir()))
    )


def dotenv() -> Path | None:
    """Return the file that Flask's commands read, whatever `APP_ENV` is."""
    path = find_dotenv(usecwd=True)
    return Path(path) if path else None


def unwritable_rate_limits() -> str | None:
    counters = current_app.extensions["limits"]
    if not counters.path.exists():
        # Don't create it here: if root runs this, it would belong to root.
        writable = os.access(counters.path.parent, os.W_OK)
        return None if writable else f"Can't create {counters.path}, so nobody can log in."
    try:
        counters.probe()
    except (sqlite_driver().Error, OSError) as error:
        return f"Can't count rate limits, so nobody can log in: {error}"
    return None
