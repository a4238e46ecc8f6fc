"""Webhooks on the health page: how many fail, and whether deliveries are late."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from carafe.database import db
from carafe.observability import health
from carafe.time import now
from carafe.webhooks.deliveries import PENDING
from carafe.webhooks.models import WebhookDelivery, WebhookEndpoint

# Deliveries that nobody has tried for this long after they were due are late.
LATE = timedelta(minutes=15)


def health_rows() -> Iterator[health.HealthRow]:
    is_active = WebhookEndpoint.paused_at.is_(None)
    late = select(func.count()).join(WebhookDelivery.endpoint)
    late = late.where(PENDING, WebhookDelivery.next_at < now() - LATE, is_active)
    columns = (
        func.count(),
        func.count(WebhookEndpoint.failing_since),
        late.correlate(None).scalar_subquery(),
    )
    count, failing, late_count = db.session.execute(select(*columns).where(is_active)).one()
    yield health.HealthRow("Endpoints", f"{count:,} active, {failing:,} of which are failing.")
    if late_count:
        text = f"{late_count:,} should have been sent at least {LATE.seconds // 60} minutes ago."
        remedy = "Check that workers run the queues webhooks and webhooks-slow."
        yield health.HealthRow("Deliveries", text, health.WARNING, remedy)
    else:
        yield health.HealthRow("Deliveries", "None are late.")
