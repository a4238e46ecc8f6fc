"""The columns of a user and their picture, for the export of personal data."""

from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.account import avatars
from app.account.activity_texts import activity_text, visible_address
from app.auth.models import User
from carafe import personal_data
from carafe.audit import AuditEvent
from carafe.auth import past_emails
from carafe.database import db
from carafe.tabular import iter_dicts

Dicts = Iterator[dict[str, Any]]


def profile(user_id: int) -> Dicts:
    columns = (
        User.email, User.name, User.role, User.time_zone,
        User.created_at, User.confirmed_at, User.suspended_at, User.deletes_at, User.last_active_on,
    )  # fmt: skip
    return iter_dicts(select(*columns).where(User.id == user_id))


def activity(user_id: int) -> Dicts:
    """Yield what the activity page shows, without the addresses of other people."""
    subject = f"user:{user_id}"
    current_email = db.session.scalar(select(User.email).where(User.id == user_id)) or ""
    own_emails = {email for email, *_ in past_emails(subject, current_email)}
    columns = (
        AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.address, AuditEvent.details
    )  # fmt: skip
    query = select(*columns).where(AuditEvent.subject == subject).order_by(AuditEvent.id)
    for row in iter_dicts(query):
        actor, details = row.pop("actor"), row.pop("details")
        row["address"] = visible_address(row["action"], actor, row["address"], own_emails)
        yield {
            **row,
            "what": activity_text(row["action"], actor, own_emails),
            "device": details.get("device"),
        }


def picture(user_id: int) -> tuple[str, bytes] | None:
    name = db.session.scalar(select(User.avatar).where(User.id == user_id))
    content = avatars.PICTURES.get(name) if name else None
    return ("picture.webp", content) if content else None


def init_app(app: Flask) -> None:
    personal_data.add_section(app, "profile", profile)
    personal_data.add_section(app, "activity", activity)
    personal_data.add_file(app, picture)
