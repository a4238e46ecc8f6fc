"""Plans of slow statements, requested some seconds later.

They are for any values, because a statement's own are not stored.
"""

import json
import logging
import re

from sqlalchemy import or_, select, update

from carafe.observability import plans
from carafe.observability.store import Store, statement

log = logging.getLogger(__name__)

EXPLAINABLE = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b", re.I)
# It queries the app's own database: a few statements at a time, each once an hour.
MAX_PLANS = 3
MIN_INTERVAL_SECONDS = 3600
MAX_PLAN_LENGTH = 20_000


def explain(store: Store, fingerprints: list[str], now: int) -> None:
    """Store the plans of statements without a recent one. Needs an app context."""
    if not fingerprints:
        return
    column = statement.c
    due = or_(column.planned_at.is_(None), column.planned_at < now - MIN_INTERVAL_SECONDS)
    is_slow = column.fingerprint.in_(fingerprints)
    query = select(column.fingerprint, column.sql).where(is_slow, due)
    with store.engine.connect() as connection:
        rows = connection.execute(query.order_by(column.max_us.desc())).all()
    explainable = [row for row in rows if EXPLAINABLE.match(row.sql)]
    for fingerprint, sql in explainable[:MAX_PLANS]:
        values: dict[str, object] = {"planned_at": now}
        try:
            plan = json.dumps(plans.explain(sql))
            values |= {"plan": plan} if len(plan) < MAX_PLAN_LENGTH else {}
        except Exception as error:  # such as a table that no longer exists
            log.info("no plan for slow statement: %s", error)
        with store.write_transaction() as connection:
            row = column.fingerprint == fingerprint
            connection.execute(update(statement).where(row).values(values))
