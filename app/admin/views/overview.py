"""The overview."""

from typing import Any

from flask import render_template, request
from sqlalchemy import bindparam, select

from app.admin.overview import cards
from app.admin.views import blueprint
from app.audit import AuditEvent
from app.auth.access import permission_required
from app.auth.models import Session, User
from app.core.database import db
from app.core.pagination import Counts
from app.core.time import now, reader_zone

RECENT = 10
PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days"}
COUNTS = Counts(
    users=select(User.id),
    unconfirmed=select(User.id).where(User.confirmed_at.is_(None)),
    suspended=select(User.id).where(User.suspended_at.is_not(None)),
    sessions=select(Session.id).where(Session.expires_at > bindparam("now")),
)


@blueprint.get("/")
@permission_required("admin")
def index() -> Any:
    days = request.args.get("days", "")
    days = days if days in PERIODS else "30"
    columns = AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.subject
    events = db.session.execute(select(*columns).order_by(AuditEvent.id.desc()).limit(RECENT))
    return render_template(
        "admin/index.html",
        counts=COUNTS(now=now()),
        events=events.all(),
        days=days,
        periods=PERIODS,
        zone=reader_zone(),
        cards=list(cards.shown(int(days))),
    )
