"""The activity of the current user's account."""

from flask_login import current_user

from carafe.audit import AuditEvent
from carafe.auth.activity import activity_query, describe, own_emails
from carafe.web.pagination import Page, paginate


def list_activity() -> Page:
    """Return a page of the account's events, latest first, as rows of `Activity`."""
    query = activity_query(current_user.id).add_columns(AuditEvent.id)
    page = paginate(query, AuditEvent.id, descending=True)
    emails = own_emails(current_user.id, current_user.email)
    page.rows = [
        describe(at, action, actor, details, address, emails)
        for at, action, actor, details, address, _id in page.rows
    ]
    return page
