"""The overview."""

from flask import render_template, request

from carafe.admin.blueprint import blueprint
from carafe.admin.objects.history import latest_events
from carafe.admin.overview import cards
from carafe.admin.overview.counts import tiles
from carafe.auth.identity import can
from carafe.auth.marks import permission_required
from carafe.time import viewer_zone

MAX_EVENTS = 6
PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days"}


@blueprint.get("/")
@permission_required("admin")
def index() -> str:
    days = request.args.get("days", "")
    days = days if days in PERIODS else "30"
    return render_template(
        "admin/index.html",
        tiles=tiles(),
        events=latest_events(count=MAX_EVENTS) if can("audit.read") else [],
        days=days,
        periods=PERIODS,
        zone=viewer_zone(),
        cards=list(cards.visible_cards(int(days))),
    )
