"""Which engine tells workers of jobs: the database itself, or Redis."""

from flask import Flask

from app.jobs.table import DatabaseEngine
from settings import ConfigError


def init_app(app: Flask) -> None:
    if not app.config["REDIS_URL"]:
        app.extensions["jobs"] = DatabaseEngine(app)
        return
    try:
        from app.jobs.distributed import RedisEngine
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"REDIS_URL is set, for which a package is missing ({error.name}).",
            "Install it with: pip install '.[redis]'",
        ) from None
    app.extensions["jobs"] = RedisEngine(app)
