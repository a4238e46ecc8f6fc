"""Events that are older than anybody needs go."""

from datetime import timedelta

from flask import current_app

from app.audit.models import AuditEvent
from app.core.chunks import delete_in_chunks
from app.core.time import now
from app.jobs import job, scheduled


@scheduled("25 3 * * *")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Delete the events that are older than `AUDIT_KEEP_DAYS`; how many."""
    days = current_app.config["AUDIT_KEEP_DAYS"]
    if not days:
        return 0
    return delete_in_chunks(AuditEvent, AuditEvent.at < now() - timedelta(days=days))
