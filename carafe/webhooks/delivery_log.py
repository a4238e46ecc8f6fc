"""What was sent to the current user's endpoints, and sending it again. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import abort
from flask_login import current_user
from sqlalchemy import select

from carafe.database import db
from carafe.security import RateLimit
from carafe.time import now
from carafe.web.pagination import Page, paginate
from carafe.webhooks import events, jobs
from carafe.webhooks.models import (
    DeliveryState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)

# Tests and resends by one user.
MANUAL_DELIVERIES = RateLimit("webhooks:manual", 60, timedelta(hours=1))
TEST_EVENT = "webhook.test"


def get_delivery(id: int) -> WebhookDelivery:
    """Return a delivery to an endpoint of the current user; 404 for others."""
    delivery = db.session.get(WebhookDelivery, id)
    if delivery is None or delivery.endpoint.user_id != current_user.id:
        abort(404)
    return delivery


def list_deliveries(endpoint: WebhookEndpoint) -> Page:
    """Return a page of what was sent to an endpoint, newest first."""
    delivery, event = WebhookDelivery, WebhookEvent
    last_status = (
        select(WebhookAttempt.status)
        .where(WebhookAttempt.delivery_id == delivery.id)
        .order_by(WebhookAttempt.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = event.type, event.created_at, delivery.state, delivery.attempts, last_status
    query = select(*columns, delivery.next_at, delivery.id).join(delivery.event)
    return paginate(query.where(delivery.endpoint_id == endpoint.id), delivery.id, descending=True)


def list_attempts(delivery: WebhookDelivery) -> Sequence[WebhookAttempt]:
    """Return the attempts of a delivery, newest first."""
    query = select(WebhookAttempt).where(WebhookAttempt.delivery_id == delivery.id)
    return db.session.scalars(query.order_by(WebhookAttempt.id.desc())).all()


def send_test(endpoint: WebhookEndpoint) -> int:
    """Send a `webhook.test` to one endpoint, and return the delivery's ID. Raise 429."""
    MANUAL_DELIVERIES.spend(str(endpoint.user_id))
    data = {"message": "Your webhook works."}
    delivery_id = events.add_delivery(endpoint.id, events.store(TEST_EVENT, endpoint.user_id, data))
    _deliver_soon(endpoint)
    return delivery_id


def resend(delivery: WebhookDelivery) -> None:
    """Send a delivery again, with the same ID, and with all its retries. Raise 429."""
    endpoint = delivery.endpoint
    MANUAL_DELIVERIES.spend(str(endpoint.user_id))
    delivery.state, delivery.retries, delivery.next_at = DeliveryState.PENDING, 0, now()
    db.session.flush()
    _deliver_soon(endpoint)


def _deliver_soon(endpoint: WebhookEndpoint) -> None:
    # Even in a break after failures, because someone is waiting.
    if endpoint.failures:
        endpoint.free_at = None
    if not endpoint.paused_at:
        jobs.enqueue(endpoint.id, endpoint.user_id, is_slow=endpoint.is_slow)
