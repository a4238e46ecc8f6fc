"""The audit trail: to read and search, never to change."""

from typing import Any

from flask import render_template
from sqlalchemy import or_, select

from app.admin.views import blueprint
from app.audit import AuditEvent
from app.auth.access import permission_required
from app.core.forms import search_term
from app.core.pagination import paginate


@blueprint.get("/audit/")
@permission_required("audit.read")
def audit() -> Any:
    q = search_term()
    statement = select(
        AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.subject,
        AuditEvent.details, AuditEvent.address, AuditEvent.id,
    )  # fmt: skip
    if q:
        # The subject as a whole: who looks for "user:1" does not mean "user:12".
        found = [
            column.icontains(q, autoescape=True) for column in (AuditEvent.actor, AuditEvent.action)
        ]
        statement = statement.where(or_(AuditEvent.subject == q, *found))
    page = paginate(statement, AuditEvent.id, descending=True)
    return render_template("admin/audit.html", page=page, q=q)
