"""What `flask check` looks at here."""

import shutil

from flask import Flask, current_app

from app.core import checks
from app.observability.views import LEAST_FREE_BYTES

MIB = 1024 * 1024


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "observability.disk",
        full_disk,
        level="warning",
        remedy="Make room: delete old copies, or move INSTANCE_PATH to a larger disk.",
        everywhere=True,
    )


def full_disk() -> str | None:
    free = shutil.disk_usage(current_app.instance_path).free
    if free >= LEAST_FREE_BYTES:
        return None
    return (
        f"Only {free // MIB} MiB are free at {current_app.instance_path}; below "
        f"{LEAST_FREE_BYTES // MIB} the app does not call itself ready."
    )
