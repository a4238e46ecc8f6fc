"""Security notices: what the audit notes about an account, told to its owner."""

from app.account.activity_texts import ACTIVITY_TEXTS
from carafe.audit import AuditEvent
from carafe.notifications import notify
from carafe.web import endpoint_path

# Not among them: what someone without the password causes by typing an address, such as asking
# for a reset. The row would take time, and the time tell that there is an account.
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
# Where the sentence of the list of activity means the line before it.
TITLES = ACTIVITY_TEXTS | {"device.added": "Somebody logged in with a device that is new"}
BODY = "Was it not you? Look at your activity: it says from where, and what you can do."
BODIES = {
    "impersonation.started": "For half an hour at most they see what you see, except for your "
    "passwords, codes and devices. Whatever they change is in your activity."
}


def notify_owner(event: AuditEvent, **_: object) -> None:
    """In the transaction of what happened; the mail about it may be late, or read by a thief."""
    kind, _colon, id = (event.subject or "").partition(":")
    if kind == "user" and event.action in NOTIFY_ACTIONS:
        url = endpoint_path("account.activity")
        body = BODIES.get(event.action, BODY)
        notify(int(id), TITLES[event.action], body, url=url, kind="security")
