"""The engine's own tables in the export of personal data."""

from collections.abc import Iterator

from sqlalchemy import literal, select

from carafe.audit import AuditEvent
from carafe.auth import avatars
from carafe.auth.activity import activity_query, describe, own_emails
from carafe.auth.models import ApiToken, KnownDevice, LinkedAccount, Passkey, Session, Totp
from carafe.auth.users import user_model
from carafe.database import db
from carafe.notifications import Notification
from carafe.tabular import iter_dicts

Dicts = Iterator[dict[str, object]]


def sessions(user_id: int) -> Dicts:
    columns = Session.created_at, Session.last_seen_at, Session.expires_at, Session.remembered
    query = select(*columns, Session.address, Session.agent).where(Session.user_id == user_id)
    return iter_dicts(query.order_by(Session.id))


def known_devices(user_id: int) -> Dicts:
    """Yield only the times of known devices, since their hashes don't say what they were."""
    return iter_dicts(select(KnownDevice.last_seen_at).where(KnownDevice.user_id == user_id))


def second_factors(user_id: int) -> Dicts:
    kind = literal("authenticator app").label("kind")
    return iter_dicts(select(kind, Totp.created_at).where(Totp.user_id == user_id))


def passkeys(user_id: int) -> Dicts:
    columns = Passkey.name, Passkey.created_at, Passkey.last_used_at
    return iter_dicts(select(*columns).where(Passkey.user_id == user_id).order_by(Passkey.id))


def api_tokens(user_id: int) -> Dicts:
    token = ApiToken
    columns = token.name, token.scopes, token.networks, token.created_at, token.expires_at
    query = select(*columns, token.last_used_at, token.last_address)
    return iter_dicts(query.where(token.user_id == user_id).order_by(token.id))


def connected_accounts(user_id: int) -> Dicts:
    columns = LinkedAccount.provider, LinkedAccount.label, LinkedAccount.created_at
    query = select(*columns).where(LinkedAccount.user_id == user_id)
    return iter_dicts(query.order_by(LinkedAccount.id))


def notifications(user_id: int) -> Dicts:
    columns = (
        Notification.created_at, Notification.read_at, Notification.title, Notification.body
    )  # fmt: skip
    query = select(*columns).where(Notification.user_id == user_id)
    return iter_dicts(query.order_by(Notification.id))


def activity(user_id: int) -> Dicts:
    """Yield what `accounts.list_activity` returns, oldest first, without other people's data."""
    model = user_model()
    email = db.session.scalar(select(model.email).where(model.id == user_id)) or ""
    emails = own_emails(user_id, email)
    for row in iter_dicts(activity_query(user_id).order_by(AuditEvent.id)):
        event = describe(**row, own_emails=emails)
        yield {
            "at": event.at,
            "action": row["action"],
            "address": event.address,
            "what": event.text,
            "device": event.device,
        }


def picture(user_id: int) -> tuple[str, bytes] | None:
    """Return the profile picture and its name in the archive, if there is one."""
    model = user_model()
    name = db.session.scalar(select(model.avatar).where(model.id == user_id))
    content = avatars.PICTURES.get(name) if name else None
    return ("picture.webp", content) if content else None


SECTIONS = {
    "sessions": sessions,
    "known-devices": known_devices,
    "second-factors": second_factors,
    "passkeys": passkeys,
    "api-tokens": api_tokens,
    "connected-accounts": connected_accounts,
    "notifications": notifications,
    "activity": activity,
}
