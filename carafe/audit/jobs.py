"""Deletion from the audit trail: expired events, and the identity of deleted users."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from carafe.audit.erasure import ERASED, PURGED, Period, append_about_the_trail, redact_some
from carafe.audit.models import AuditEvent
from carafe.database import db, read_transaction
from carafe.database.batches import delete_in_batches
from carafe.jobs import job, scheduled
from carafe.time import now


@scheduled("25 3 * * *")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Delete events older than `AUDIT_RETENTION_DAYS`, which the trail records; return how many."""
    days = current_app.config["AUDIT_RETENTION_DAYS"]
    before = now() - timedelta(days=days)
    is_old = AuditEvent.at < before
    with read_transaction():
        if not days or db.session.scalar(select(AuditEvent.id).where(is_old).limit(1)) is None:
            return 0
    # Committed first, so that it exists even if the purge is killed halfway.
    append_about_the_trail(PURGED, details={"before": before.isoformat()})
    db.session.commit()
    return delete_in_batches(AuditEvent, is_old)


def forget(subject: str, emails: Iterable[Period], *, after: int = 0) -> None:
    """Redact `subject` ("user:12") in the audit trail, in this transaction.

    See `redact_some` for `emails`. If there are many events, a job redacts the rest; those up to
    the ID `after` are already redacted.
    """
    periods = list(emails)
    last = redact_some(subject, periods, after)
    append_about_the_trail(ERASED, subject=subject)
    if last is not None:
        forget_rest.enqueue(subject, [list(period) for period in periods], last)


@job(queue="maintenance", keep=False)  # its arguments contain the addresses
def forget_rest(subject: str, emails: Sequence[Sequence[Any]], after: int) -> None:
    """Redact what `forget` left."""
    forget_in_chunks(subject, [(email, first, last) for email, first, last in emails], after)


def forget_in_chunks(subject: str, emails: Iterable[Period], after: int = 0) -> int:
    """Redact events in separate transactions; return the ID of the last event, for `forget`."""
    periods = list(emails)
    while (last := redact_some(subject, periods, after)) is not None:
        db.session.commit()
        after = last
    db.session.commit()
    return after
