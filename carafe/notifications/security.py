"""Security notices: notify users of audit events about their account."""

from dataclasses import dataclass

from flask import Flask

from carafe.audit import RecordedEvent, description, event_recorded
from carafe.auth import pages
from carafe.auth.models.impersonation import MAX_DURATION
from carafe.notifications.models import notify
from carafe.registry import Registry
from carafe.time import format_timespan
from carafe.web.urls import endpoint_path

BODY = "Not you? Review your recent activity."
IMPERSONATION_BODY = (
    f"For up to {format_timespan(MAX_DURATION)}, they see what you see, except for your "
    "passwords, codes, and devices. Your activity lists what they change."
)
# These exclude what anyone can cause by typing an address, such as requesting a password reset:
# writing the notification would take time, and reveal that the address has an account.
ACTIONS = [
    "account.connected",
    "account.disconnected",
    "passkey.added",
    "passkey.rejected",
    "passkey.removed",
    "recovery_code.used",
    "recovery_codes.generated",
    "two_factor.blocked",
    "two_factor.disabled",
    "totp.added",
    "totp.removed",
    "totp.replaced",
    "user.deletion_requested",
    "user.email_changed",
    "user.email_restored",
    "user.password_changed",
    "user.role_changed",
]


@dataclass(frozen=True, slots=True)
class Notice:
    title: str | None
    body: str


NOTICES = Registry[Notice]("security_notices", "security notice")


def add_security_notice(
    app: Flask, action: str, *, title: str | None = None, body: str = BODY
) -> None:
    """Notify users of an action about their account.

    The title is the description of the action, unless given. The last notice for an action wins,
    so an app can replace those of the engine.
    """
    NOTICES.by_name(app)[action] = Notice(title, body)


@event_recorded.connect
def notify_owner(event: RecordedEvent, **_: object) -> None:
    """Notify the owner in the event's transaction: an email may be late, or read by a thief."""
    kind, _colon, id = (event.subject or "").partition(":")
    if kind == "user" and (notice := NOTICES.get(event.action)):
        title = notice.title or description(event.action)
        url = endpoint_path(pages.endpoint("activity")) if pages.exists("activity") else ""
        notify(int(id), title, notice.body, url=url, kind="security")


def init_app(app: Flask) -> None:
    NOTICES.init_app(app)
    for action in ACTIONS:
        add_security_notice(app, action)
    # The activity's text refers to the line before it, so it would make no sense alone.
    add_security_notice(app, "device.added", title="New device logged in")
    add_security_notice(app, "impersonation.started", body=IMPERSONATION_BODY)
