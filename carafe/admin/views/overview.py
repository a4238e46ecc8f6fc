"""The overview."""

from flask import render_template, request
from sqlalchemy import select

from carafe.admin.blueprint import blueprint
from carafe.admin.overview import cards
from carafe.admin.overview.counts import counts
from carafe.audit import AuditEvent
from carafe.auth.marks import permission_required
from carafe.database import db
from carafe.time import viewer_zone

MAX_EVENTS = 10
PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days"}


@blueprint.get("/")
@permission_required("admin")
def index() -> str:
    days = request.args.get("days", "")
    days = days if days in PERIODS else "30"
    columns = AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.subject
    events = db.session.execute(select(*columns).order_by(AuditEvent.id.desc()).limit(MAX_EVENTS))
    return render_template(
        "admin/index.html",
        counts=counts(),
        events=events.all(),
        days=days,
        periods=PERIODS,
        zone=viewer_zone(),
        cards=list(cards.visible_cards(int(days))),
    )
