"""Deliveries in the background.

A job sends one delivery, the next one that is due at an endpoint, and enqueues its successor. So
each endpoint gets one request at a time, and the endpoints of a queue take turns.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select, update

from carafe.database import db
from carafe.database.batches import delete_dependents, delete_in_batches
from carafe.jobs import job, scheduled
from carafe.time import now
from carafe.webhooks import deliveries
from carafe.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from carafe.webhooks.pauses import RETENTION


@job(queue="webhooks", timeout=timedelta(minutes=2), keep=False)
def deliver(endpoint_id: int) -> None:
    """Send what is due next to an endpoint."""
    deliver_next(endpoint_id)


@job(queue="webhooks-slow", timeout=timedelta(minutes=2), keep=False)
def deliver_slowly(endpoint_id: int) -> None:
    """Send what is due next to an endpoint that was slow the last time."""
    deliver_next(endpoint_id)


def deliver_next(endpoint_id: int) -> None:
    if not current_app.config["WEBHOOKS"]:
        return  # once they are on again, `enqueue_overdue` continues
    if message := deliveries.begin(endpoint_id):
        response = message.send()
        deliveries.record_attempt(message, response)
    if endpoint := db.session.get(WebhookEndpoint, endpoint_id):
        db.session.flush()
        if due := deliveries.next_time(endpoint):
            enqueue(endpoint.id, endpoint.user_id, is_slow=endpoint.is_slow, due=due)


def enqueue(endpoint_id: int, user_id: int, *, is_slow: bool, due: datetime | None = None) -> None:
    """Enqueue a job for an endpoint, unless one already waits for that time."""
    definition = deliver_slowly if is_slow else deliver
    key, run_at = str(endpoint_id), None
    if due and due > now():
        key, run_at = f"{endpoint_id}@{int(due.timestamp())}", due
    options = definition.with_options(key=key, run_at=run_at, subject=f"user:{user_id}")
    options.enqueue(endpoint_id)


@scheduled("*/10 * * * *", setting="WEBHOOKS")
@job(queue="maintenance", unique=True)
def enqueue_overdue() -> int:
    """Enqueue jobs for deliveries that have none, such as after theirs was deleted."""
    due = deliveries.PENDING, WebhookDelivery.next_at <= now() - timedelta(minutes=1)
    columns = WebhookEndpoint.id, WebhookEndpoint.user_id, WebhookEndpoint.is_slow
    query = select(*columns).where(
        WebhookEndpoint.paused_at.is_(None),
        select(WebhookDelivery.id).where(WebhookDelivery.endpoint_id == columns[0], *due).exists(),
    )
    rows = db.session.execute(query).all()
    for id, user_id, is_slow in rows:
        enqueue(id, user_id, is_slow=is_slow)
    return len(rows)


@scheduled("29 4 * * *", setting="WEBHOOKS")
@job(queue="maintenance", unique=True)
def purge() -> int:
    """Delete old events with their deliveries, and secrets that were replaced; return how many."""
    expired = WebhookEndpoint.old_secret_until <= now()
    values = {"old_secret": None, "old_secret_until": None}
    db.session.execute(update(WebhookEndpoint).where(expired).values(values))
    db.session.commit()
    old = WebhookEvent.created_at <= now() - RETENTION
    delete_dependents(WebhookEvent, old)
    return delete_in_batches(WebhookEvent, old)
