"""Audit actions in words, for the user they are about."""

from collections.abc import Collection

ACTIVITY_TEXTS = {
    "account.connected": "An account of another site was connected",
    "account.disconnected": "An account of another site was disconnected",
    "data.downloaded": "A copy of your data was downloaded",
    "data.exported": "A copy of your data was made",
    "device.added": "That device was new, and you were told by mail",
    "form.continued": "A form was sent after you confirmed that it is you",
    "form.interrupted": "A form waited for a proof that it is you",
    "impersonation.started": "An administrator looked at your account",
    "impersonation.stopped": "An administrator stopped looking at your account",
    "impersonation.change_made": "An administrator changed something as you",
    "login.failed": "Somebody tried to log in with a wrong password",
    "message.sent": "A message was sent to you",
    "passkey.added": "A passkey was added",
    "passkey.rejected": "A passkey that may have been copied was refused",
    "passkey.removed": "A passkey was removed",
    "passkey.renamed": "A passkey was renamed",
    "quota.reached": "A limit of this site was reached",
    "recovery_code.used": "A recovery code was used",
    "recovery_codes.generated": "New recovery codes were made",
    "two_factor.blocked": "Too many wrong codes were typed",
    "two_factor.failed": "Somebody typed a wrong code",
    "two_factor.required": "A second factor was required of you",
    "two_factor.optional": "A second factor is no longer required of you",
    "two_factor.disabled": "All second factors were removed",
    "session.ended": "A device was logged out",
    "session.reauthenticated": "You confirmed that it is you",
    "session.started": "You logged in",
    "totp.added": "An authenticator app was set up",
    "totp.removed": "The authenticator app was removed",
    "totp.replaced": "The authenticator app was moved to another phone",
    "user.avatar_changed": "The picture was changed",
    "user.avatar_removed": "The picture was removed",
    "user.confirmation_sent": "A link to confirm the address was sent",
    "user.confirmed": "The e-mail address was confirmed",
    "user.deletion_canceled": "The deletion of the account was called off",
    "user.deletion_requested": "The deletion of the account was asked for",
    "user.email_changed": "The e-mail address was changed",
    "user.email_requested": "A change of the e-mail address was asked for",
    "user.email_restored": "The e-mail address from before was restored",
    "user.email_taken": "Somebody wanted to use your e-mail address",
    "user.magic_link_requested": "A link to log in was asked for",
    "user.password_changed": "The password was changed",
    "user.signed_up": "The account was made",
    "user.signup_repeated": "Somebody tried to sign up with your e-mail address",
    "user.reinstated": "The account was reinstated",
    "user.renamed": "The name was changed",
    "user.recreated": "The account was made anew for whoever reads mail at its address",
    "user.reset_requested": "A link to set a new password was asked for",
    "user.reset_suggested": "A link to set a new password was sent",
    "user.role_changed": "The role was changed",
    "user.sessions_ended": "All other devices were logged out",
    "user.suspended": "The account was suspended",
    "user.time_zone_changed": "The time zone was changed",
}
# What other people can cause without being administrators.
UNAUTHENTICATED_ACTIONS = {
    "login.failed",
    "user.confirmation_sent",
    "user.email_taken",
    "user.signup_repeated",
    "user.reset_suggested",
}
# Those whose text already says that it was an administrator.
ADMIN_ACTIONS = {"impersonation.started", "impersonation.stopped", "impersonation.change_made"}


def activity_text(action: str, actor: str | None, own_emails: Collection[str]) -> str:
    """Return a sentence about an event, which says so if someone not in `own_emails` caused it."""
    noun, _, participle = action.partition(".")
    sentence = ACTIVITY_TEXTS.get(action) or f"{noun} {participle}".replace("_", " ").strip()
    if actor and actor not in own_emails and action not in UNAUTHENTICATED_ACTIONS | ADMIN_ACTIONS:
        sentence += " by an administrator"
    return sentence[:1].upper() + sentence[1:]


def visible_address(
    action: str, actor: str | None, address: str | None, own_emails: Collection[str]
) -> str | None:
    """Return the IP address that an event came from, or None if it is someone else's.

    Failed logins are the exception, since the owner needs to see a stranger's address.
    """
    if action == "login.failed":
        return address
    others = action in UNAUTHENTICATED_ACTIONS | ADMIN_ACTIONS or (
        actor and actor not in own_emails
    )
    return None if others else address
