"""Events that are older than anybody needs go."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.audit import waiting
from app.audit.chain import HEAD
from app.audit.models import AuditEvent
from app.audit.privacy import PURGED, of_the_trail
from app.core import chunks
from app.core.database import db, reading
from app.core.time import now
from app.jobs import job, scheduled

log = logging.getLogger(__name__)
AT_ONCE = 1_000


@scheduled("25 3 * * *")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Delete the events that are older than `AUDIT_KEEP_DAYS`; how many.

    From the first on, up to the first that is not: what is left is a chain. Before, an event
    notes the hash with which it begins.
    """
    days = current_app.config["AUDIT_KEEP_DAYS"]
    last = _last_before(now() - timedelta(days=days)) if days else None
    if last is None:
        return 0
    id, hash = last
    waiting.add(of_the_trail(PURGED, details={"through": id, "hash": hash.hex()}))
    db.session.commit()
    # In their order: what a purge leaves that is killed halfway is a chain as well.
    return chunks.delete_in_chunks(AuditEvent, AuditEvent.id <= id, AuditEvent.id)


@scheduled("40 3 * * *")
@job(queue="maintenance", unique=True)
def log_end() -> None:
    """Log where the trail ends: who rewrites it would have to change logs kept elsewhere, too."""
    with reading():
        end = db.session.execute(HEAD).first()
    if end:
        log.info("The audit trail ends with %s:%s", end.id, end.hash.hex())


def _last_before(cutoff: datetime) -> tuple[int, bytes] | None:
    """The id and hash of the last event before the first that is not older."""
    found = None
    with reading():
        for event in _events():
            if event.at >= cutoff:
                break
            found = event.id, event.hash
    return found


def _events() -> Iterator[Any]:
    # By the index of ids, in pieces: asked for the first newer one, databases sort all that are.
    columns, id = (AuditEvent.id, AuditEvent.at, AuditEvent.hash), 0
    while True:
        following = select(*columns).where(AuditEvent.id > id).order_by(AuditEvent.id)
        events = db.session.execute(following.limit(AT_ONCE)).all()
        if not events:
            return
        yield from events
        id = events[-1].id
