"""An account's events as its owner sees them: in words, without other people's data."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from carafe.audit import AuditEvent, description
from carafe.auth.email_history import past_emails
from carafe.database.aliases import AnySelect

# Events that other people can cause without being admins.
UNAUTHENTICATED_ACTIONS = {
    "login.failed",
    "user.confirmation_sent",
    "user.email_taken",
    "user.signup_repeated",
    "user.reset_suggested",
}
# Events whose description already mentions an admin.
ADMIN_ACTIONS = {"impersonation.started", "impersonation.stopped", "impersonation.change_made"}


class Activity(NamedTuple):
    """An event. `address` is None if it is someone else's."""

    at: datetime
    text: str
    device: str | None
    address: str | None


def activity_query(user_id: int) -> AnySelect:
    """Return a query for the events of a user: all arguments of `describe` except the last."""
    query = select(
        AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.details, AuditEvent.address
    )
    return query.where(AuditEvent.subject == f"user:{user_id}")


def own_emails(user_id: int, email: str) -> set[str]:
    """Return the email addresses a user has had, including `email`, the current one."""
    return {past_email for past_email, *_ in past_emails(f"user:{user_id}", email)}


def describe(
    at: datetime,
    action: str,
    actor: str | None,
    details: Mapping[str, Any],
    address: str | None,
    own_emails: Collection[str],
) -> Activity:
    """Return an event as its owner sees it. `own_emails` are the addresses they have had."""
    text = activity_text(action, actor, own_emails)
    address = visible_address(action, actor, address, own_emails)
    return Activity(at, text, details.get("device"), address)


def activity_text(action: str, actor: str | None, own_emails: Collection[str]) -> str:
    """Describe an event in a sentence, which mentions if someone not in `own_emails` caused it."""
    sentence = description(action)
    if actor and actor not in own_emails and action not in UNAUTHENTICATED_ACTIONS | ADMIN_ACTIONS:
        sentence += " by an admin"
    return sentence


def visible_address(
    action: str, actor: str | None, address: str | None, own_emails: Collection[str]
) -> str | None:
    """Return the IP address of an event, or None if it is someone else's.

    Failed logins are the exception, since the owner needs to see a stranger's address.
    """
    if action == "login.failed":
        return address
    others = action in UNAUTHENTICATED_ACTIONS | ADMIN_ACTIONS or (
        actor and actor not in own_emails
    )
    return None if others else address
