"""Security notices: notify users of audit events about their account."""

from app.account.activity_texts import ACTIVITY_TEXTS
from carafe.audit import AuditEvent
from carafe.notifications import notify
from carafe.web import endpoint_path

# These exclude what anyone can cause by typing an address, such as requesting a password reset:
# writing the notification would take time, and reveal that the address has an account.
NOTIFY_ACTIONS = {
    "account.connected",
    "account.disconnected",
    "device.added",
    "impersonation.started",
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
}
# The activity list's text refers to the line before it, so it would make no sense alone.
TITLES = ACTIVITY_TEXTS | {"device.added": "Somebody logged in with a device that is new"}
BODY = "Was it not you? Look at your activity: it says from where, and what you can do."
BODIES = {
    "impersonation.started": "For up to 30 minutes, they see what you see, except for your "
    "passwords, codes, and devices. Your activity lists what they change."
}


def notify_owner(event: AuditEvent, **_: object) -> None:
    """Notify the owner in the event's transaction: an email may be late, or read by a thief."""
    kind, _colon, id = (event.subject or "").partition(":")
    if kind == "user" and event.action in NOTIFY_ACTIONS:
        url = endpoint_path("account.activity")
        body = BODIES.get(event.action, BODY)
        notify(int(id), TITLES[event.action], body, url=url, kind="security")
