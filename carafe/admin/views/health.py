"""How near the app is to its bounds: database, disk, workers, queues."""

from typing import Any

from flask import render_template

from carafe.admin.blueprint import blueprint
from carafe.auth.marks import permission_required
from carafe.observability import health as vitals


@blueprint.get("/health/")
@permission_required("operations.read")
def health() -> Any:
    sections = vitals.sections()
    states = [row.state for rows in sections.values() for row in rows]
    counts = {"bad": states.count(vitals.CRITICAL), "warning": states.count(vitals.WARNING)}
    return render_template("admin/health.html", sections=sections, counts=counts)
