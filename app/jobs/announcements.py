"""Which engine tells workers of jobs: the database itself, or Redis."""

from flask import Flask

from app.jobs.table import DatabaseEngine
from settings import missing_group


def init_app(app: Flask) -> None:
    if not app.config["REDIS_URL"]:
        app.extensions["jobs"] = DatabaseEngine(app)
        return
    try:
        from app.jobs.distributed import RedisEngine
    except ModuleNotFoundError:
        raise missing_group("REDIS_URL", "redis") from None
    app.extensions["jobs"] = RedisEngine(app)
