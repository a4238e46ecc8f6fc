"""What `flask check` looks at here."""

from flask import Flask

from carafe import checks
from carafe.observability.readiness import LEAST_FREE_BYTES, least_free

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
    free, folder = least_free()
    if free >= LEAST_FREE_BYTES:
        return None
    return (
        f"Only {free // MIB} MiB are free at {folder}; below "
        f"{LEAST_FREE_BYTES // MIB} the app does not call itself ready."
    )
