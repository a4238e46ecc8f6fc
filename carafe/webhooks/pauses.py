"""Paused endpoints: by their owner, or because they are gone or have failed for days."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from carafe import mail
from carafe.audit import record
from carafe.auth import pages
from carafe.auth.users import user_model
from carafe.database import db
from carafe.notifications import notify
from carafe.time import now
from carafe.web.urls import endpoint_path
from carafe.webhooks.addresses import origin
from carafe.webhooks.models import DeliveryState, PauseReason, WebhookDelivery, WebhookEndpoint

# Of events with their deliveries. Those that couldn't be delivered by then never are.
RETENTION = timedelta(days=30)
# Of failures without a success in between.
PAUSE_AFTER = timedelta(days=5)
REASONS = {
    PauseReason.FAILING: f"every attempt of the last {PAUSE_AFTER.days} days failed",
    PauseReason.GONE: "it responded with the status 410 (Gone)",
}


def pause(endpoint: WebhookEndpoint, reason: PauseReason) -> None:
    """Stop deliveries, in the caller's transaction. Events wait until `resume`."""
    endpoint.paused_at, endpoint.pause_reason = now(), reason
    details = {"host": origin(endpoint.url), "reason": reason.value}
    record("webhook.paused", f"user:{endpoint.user_id}", **details)


def pause_automatically(endpoint: WebhookEndpoint, reason: PauseReason) -> None:
    """Stop deliveries and tell the owner, in the caller's transaction."""
    pause(endpoint, reason)
    host, why = origin(endpoint.url), REASONS[reason]
    title, body = "Webhook paused", f"Nothing is sent to {host} because {why}."
    path = endpoint_path(pages.endpoint("webhooks")) if pages.exists("webhooks") else ""
    notify(endpoint.user_id, title, body, url=path, kind="webhook")
    user = db.session.get_one(user_model(), endpoint.user_id)
    url = pages.url("webhooks") if pages.exists("webhooks") else ""
    days = RETENTION.days
    template = "webhooks/emails/paused"
    mail.send(user.email, template, user=user, host=host, reason=why, days=days, url=url)


def resume(endpoint: WebhookEndpoint) -> None:
    """Start deliveries again, those that waited first, in the caller's transaction."""
    endpoint.paused_at = endpoint.pause_reason = endpoint.free_at = endpoint.failing_since = None
    endpoint.failures = 0
    waiting = (
        WebhookDelivery.endpoint_id == endpoint.id,
        WebhookDelivery.state == DeliveryState.PENDING,
    )
    values = {"next_at": now(), "retries": 0}
    db.session.execute(update(WebhookDelivery).where(*waiting).values(values))
    details = {"host": origin(endpoint.url)}
    record("webhook.resumed", f"user:{endpoint.user_id}", **details)
