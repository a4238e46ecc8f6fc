"""Chooses the engine that notifies workers of jobs: the database, or Redis."""

from flask import Flask

from carafe.config import missing_group
from carafe.jobs.database_source import DatabaseEngine


def init_app(app: Flask) -> None:
    if not app.config["REDIS_URL"]:
        app.extensions["jobs"] = DatabaseEngine(app)
        return
    try:
        from carafe.jobs.distributed import RedisEngine
    except ModuleNotFoundError:
        raise missing_group("REDIS_URL", "redis") from None
    app.extensions["jobs"] = RedisEngine(app)
