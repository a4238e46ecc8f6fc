"""Events that are older than anybody needs go."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.audit.privacy import PURGED, append_about_the_trail
from app.core.chunks import delete_in_chunks
from app.core.database import db, reading
from app.core.time import now
from app.jobs import job, scheduled


@scheduled("25 3 * * *")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Delete the events that are older than `AUDIT_KEEP_DAYS`; how many. The trail says so."""
    days = current_app.config["AUDIT_KEEP_DAYS"]
    before = now() - timedelta(days=days)
    is_old = AuditEvent.at < before
    with reading():
        if not days or db.session.scalar(select(AuditEvent.id).where(is_old).limit(1)) is None:
            return 0
    # Committed first, so that it is there though the purge is killed halfway.
    append_about_the_trail(PURGED, details={"before": before.isoformat()})
    db.session.commit()
    return delete_in_chunks(AuditEvent, is_old)
