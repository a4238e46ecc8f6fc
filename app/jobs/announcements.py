"""From a commit to a worker: who queued a job tells that it is there."""

from __future__ import annotations

from flask import Flask

from app.core.database import on_commit_all
from app.jobs.bells import Bells
from app.jobs.engine import Announcement, engine
from settings import ConfigError


def note(job: Announcement) -> None:
    """Tell of a job when this transaction is committed."""
    engine().promise()
    on_commit_all(engine().announce, job)


def init_app(app: Flask) -> None:
    if not app.config["REDIS_URL"]:
        app.extensions["jobs"] = Bells(app)
        return
    try:
        from app.jobs.distributed import Distributed
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"REDIS_URL is set, for which a package is missing ({error.name}).",
            "Install it with: pip install '.[redis]'",
        ) from None
    app.extensions["jobs"] = Distributed(app)
