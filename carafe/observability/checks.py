"""Checks of this package for `flask check`."""

from flask import Flask

from carafe import checks
from carafe.observability.readiness import MIN_FREE_BYTES, least_free

MIB = 1024 * 1024


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "observability.disk",
        low_disk_space,
        level="warning",
        remedy="Free up space: delete old backups, or move INSTANCE_PATH to a larger disk.",
        all_environments=True,
    )


def low_disk_space() -> str | None:
    free, folder = least_free()
    if free >= MIN_FREE_BYTES:
        return None
    return (
        f"Only {free // MIB} MiB free at {folder}. Below {MIN_FREE_BYTES // MIB} MiB, the app "
        "reports that it's not ready."
    )
