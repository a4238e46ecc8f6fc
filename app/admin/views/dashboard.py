"""The overview."""

from typing import Any

from flask import render_template
from sqlalchemy import select

from app.admin.views import blueprint
from app.audit import AuditEvent
from app.auth.models import Session, User
from app.core.database import db
from app.core.pagination import count_up_to
from app.core.time import now

RECENT = 10


@blueprint.get("/")
def index() -> Any:
    counts = count_up_to(
        users=select(User.id),
        unconfirmed=select(User.id).where(User.confirmed_at.is_(None)),
        suspended=select(User.id).where(User.suspended_at.is_not(None)),
        sessions=select(Session.id).where(Session.expires_at > now()),
    )
    columns = AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.subject
    events = db.session.execute(select(*columns).order_by(AuditEvent.id.desc()).limit(RECENT))
    return render_template("admin/index.html", counts=counts, events=events.all())
