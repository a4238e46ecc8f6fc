"""The email addresses a user has had, from the audit trail; users only keep the current one."""

from collections.abc import Iterator

from sqlalchemy import select

from carafe.audit import AuditEvent
from carafe.database import db

REGISTERED = "user.signed_up"
EMAIL_CHANGED, RESTORED = "user.email_changed", "user.email_restored"


def past_emails(subject: str, current_email: str) -> Iterator[tuple[str, int, int | None]]:
    """Return each address of the user `subject`, with the first and last event ID of its period.

    The last is None for the current one. A previous address may now belong to another user.
    """
    events = db.session.execute(
        select(AuditEvent.id, AuditEvent.details)
        .where(AuditEvent.subject == subject)
        .where(AuditEvent.action.in_([REGISTERED, EMAIL_CHANGED, RESTORED]))
        .order_by(AuditEvent.id)
    )
    first = 0
    for id, details in events:
        if "before" in details:
            yield details["before"], first, id
        first = id
    yield current_email, first, None
