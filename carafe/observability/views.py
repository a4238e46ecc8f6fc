"""Health for load balancers and container engines, and metrics for Prometheus.

No pages or cookies.
"""

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from carafe.observability import readiness
from carafe.observability.metrics import access, prometheus_text
from carafe.web.routing import public

blueprint = Blueprint("observability", __name__)


@blueprint.get("/livez")
@public
def live() -> ResponseReturnValue:
    """Report that this process responds.

    Without I/O, because a slow disk is no reason to restart it.
    """
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Report whether this instance can serve: database, migrations, disk. It writes nothing."""
    checks = readiness.checks()
    ok = all(check["ok"] for check in checks.values())
    return {"status": "ok" if ok else "unavailable", "checks": checks}, 200 if ok else 503


@blueprint.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Return metrics for Prometheus, or 404 to everyone else."""
    if access.ALLOWED_KEY not in request.environ:
        abort(404)
    answer = Response(prometheus_text(), content_type="text/plain; version=0.0.4; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    return answer
