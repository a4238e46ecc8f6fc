"""Reports of users who reach a quota: daily in the log and the audit trail, and a health check."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from flask import Flask, Response, after_this_request, current_app
from flask_login import current_user

from carafe.audit import record
from carafe.database import db
from carafe.observability import health
from carafe.security.rate_limits import RateLimit

log = logging.getLogger(__name__)

REACHED = "quota.reached"
DAY = timedelta(days=1)
REPORTS = RateLimit("quota:report", 1, DAY)
REPORTS_OF_ALL = RateLimit("quota:reports", 1_000_000, DAY)
ALL = "all"


def report(quota: str, limit: int) -> None:
    """Report once a day that the current user reached a quota, in the log and the audit trail."""
    if not REPORTS.take(f"{current_user.id} {quota}"):
        return
    REPORTS_OF_ALL.take(ALL)
    log.warning("quota reached", extra={"quota": quota, "limit": limit, "user_id": current_user.id})
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    write = partial(_record, app, current_user.id, current_user.email, quota, limit)

    @after_this_request
    def record_later(response: Response) -> Response:
        # In a separate transaction, because the request's is rolled back.
        response.call_on_close(write)
        return response


def _record(app: Flask, user_id: int, email: str, quota: str, limit: int) -> None:
    with app.app_context():
        record(REACHED, f"user:{user_id}", actor=email, quota=quota, limit=limit)
        db.session.commit()


def health_rows() -> Iterator[health.HealthRow]:
    if count := REPORTS_OF_ALL.count(ALL):
        times = "once" if count == 1 else f"{count:,} times"
        text = f"Users reached a limit {times} in the last day."
        remedy = f"See {REACHED} in the audit. Raise the limit, or talk to the user."
        yield health.HealthRow("Limits per user", text, health.WARNING, remedy)
    else:
        yield health.HealthRow("Limits per user", "No user reached one in the last day.")
