"""The health page: how close database, disk, workers, and queues are to their limits."""

from flask import render_template
from flask.typing import ResponseReturnValue

from carafe.admin.blueprint import blueprint
from carafe.auth.marks import permission_required
from carafe.observability import health as vitals


@blueprint.get("/health/")
@permission_required("operations.read")
def health() -> ResponseReturnValue:
    sections = vitals.sections()
    states = [row.state for rows in sections.values() for row in rows]
    counts = {"bad": states.count(vitals.CRITICAL), "warning": states.count(vitals.WARNING)}
    return render_template("admin/health.html", sections=sections, counts=counts)
