"""Health, for load balancers and container engines; numbers, for Prometheus. No page; no cookie."""

import shutil
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import text

from app.core import migrations
from app.core.database import SAFE_SQLITE, db, sqlite_driver
from app.core.routing import public
from app.observability.metrics import access, prometheus_text

blueprint = Blueprint("observability", __name__)

LEAST_FREE_BYTES = 64 * 1024 * 1024


@blueprint.get("/livez")
@public
def live() -> Any:
    """Whether this process answers. No I/O: a slow disk is no reason to restart it."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def ready() -> Any:
    """Whether this instance can serve: database, migrations, disk."""
    checks = {"database": _database(), "migrations": _migrations(), "disk": _disk()}
    ok = all(check["ok"] for check in checks.values())
    return {"status": "ok" if ok else "unavailable", "checks": checks}, 200 if ok else 503


@blueprint.get("/metrics")
@public
def metrics() -> Any:
    """Numbers for Prometheus. For everybody else there is no such page."""
    if access.ALLOWED not in request.environ:
        abort(404)
    answer = Response(prometheus_text(), content_type="text/plain; version=0.0.4; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _database() -> dict[str, Any]:
    try:
        db.session.execute(text("SELECT 1"))
    except Exception as error:
        current_app.logger.error("readyz: database: %s", error)
        return {"ok": False}
    if db.engine.dialect.name != "sqlite":
        return {"ok": True, "engine": db.engine.dialect.name}
    driver = sqlite_driver()
    version = {"engine": "sqlite", "version": driver.sqlite_version, "driver": driver.__name__}
    if driver.sqlite_version_info < SAFE_SQLITE:
        version["warning"] = (
            "SQLite before 3.51.3 can corrupt a WAL database; install the pysqlite3 package"
        )
    return {"ok": True, **version}


def _migrations() -> dict[str, Any]:
    try:
        current = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except Exception:
        return {"ok": False, "remedy": "flask db upgrade"}
    if current != (head := migrations.head()):
        return {"ok": False, "current": current, "head": head, "remedy": "flask db upgrade"}
    return {"ok": True}


def _disk() -> dict[str, Any]:
    try:
        free = shutil.disk_usage(current_app.instance_path).free
    except OSError:
        return {"ok": False}
    return {"ok": free >= LEAST_FREE_BYTES, "free_bytes": free}
