"""Deliveries: what is sent next to an endpoint, and what follows from its response."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import literal, select
from sqlalchemy.orm import joinedload

from carafe.auth.users import user_model
from carafe.database import db
from carafe.time import now
from carafe.webhooks import client, pauses, signatures
from carafe.webhooks.addresses import InvalidURLError, Target, parse_url
from carafe.webhooks.client import Response
from carafe.webhooks.models import (
    DeliveryState,
    PauseReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)

# Between attempts: about three days in all.
RETRY_DELAYS = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
# If a worker dies, another sends to the endpoint again after this. Longer than a request can take,
# and the resolution of its host's name before.
LEASE = timedelta(minutes=1)
# How long an endpoint is left alone after failures in a row, each time twice as long.
FIRST_BREAK = timedelta(seconds=1)
MAX_BREAK = timedelta(minutes=5)
SLOW_MILLISECONDS = 2000

PENDING = WebhookDelivery.state == literal(DeliveryState.PENDING, literal_execute=True)


@dataclass(frozen=True)
class Message:
    """A request that is about to be sent."""

    delivery_id: int
    endpoint_id: int
    target: Target
    headers: dict[str, str]
    body: bytes

    def send(self) -> Response:
        return client.post(self.target, self.body, self.headers)


@dataclass(frozen=True)
class Failure:
    """A request that can't be sent."""

    delivery_id: int
    endpoint_id: int
    error: str

    def send(self) -> Response:
        return Response(error=self.error)


def begin(endpoint_id: int) -> Message | Failure | None:
    """Reserve an endpoint for its next due delivery, and commit; None if there is nothing to do."""
    endpoint = lock_endpoint(endpoint_id)
    if endpoint is None or not _is_active(endpoint) or not endpoint.is_free():
        return None
    if not (delivery := _next_delivery(endpoint_id)):
        return None
    endpoint.free_at = now() + LEASE
    try:
        message: Message | Failure = _message(endpoint, delivery)
    except InvalidURLError as error:  # after a change of the settings
        message = Failure(delivery.id, endpoint.id, str(error))
    except ValueError:
        message = Failure(delivery.id, endpoint.id, "The secret can't be read. Rotate it.")
    db.session.commit()
    return message


def record_attempt(message: Message | Failure, response: Response) -> None:
    """Store what came back, and when to try again, in the caller's transaction."""
    endpoint = lock_endpoint(message.endpoint_id)
    delivery = db.session.get(WebhookDelivery, message.delivery_id, populate_existing=True)
    if endpoint is None or delivery is None:  # deleted in the meantime
        return
    db.session.add(
        WebhookAttempt(
            delivery_id=delivery.id,
            at=now(),
            milliseconds=response.milliseconds,
            status=response.status,
            error=response.error,
            excerpt=response.excerpt,
        )
    )
    delivery.attempts += 1
    endpoint.is_slow = response.milliseconds >= SLOW_MILLISECONDS
    if response.is_success:
        delivery.state = DeliveryState.DELIVERED
        endpoint.delivered_at, endpoint.free_at = now(), None
        endpoint.failures, endpoint.failing_since = 0, None
    else:
        _note_failure(endpoint, delivery, response)


def next_time(endpoint: WebhookEndpoint) -> datetime | None:
    """Return when something can be sent to an endpoint next, or None if nothing waits."""
    if not _is_active(endpoint):
        return None
    query = select(WebhookDelivery.next_at).where(
        WebhookDelivery.endpoint_id == endpoint.id, PENDING
    )
    due = db.session.scalar(query.order_by(WebhookDelivery.next_at).limit(1))
    return due if due is None or endpoint.free_at is None else max(due, endpoint.free_at)


def lock_endpoint(id: int) -> WebhookEndpoint | None:
    # Not against those who store events for it.
    lock = {"key_share": True}
    return db.session.get(WebhookEndpoint, id, with_for_update=lock, populate_existing=True)


def _is_active(endpoint: WebhookEndpoint) -> bool:
    """Return whether anything is sent: it isn't paused, nor is its owner suspended."""
    model = user_model()
    suspended_at = select(model.suspended_at).where(model.id == endpoint.user_id)
    return endpoint.paused_at is None and db.session.scalar(suspended_at) is None


def _next_delivery(endpoint_id: int) -> WebhookDelivery | None:
    due = WebhookDelivery.endpoint_id == endpoint_id, PENDING, WebhookDelivery.next_at <= now()
    query = select(WebhookDelivery).where(*due).options(joinedload(WebhookDelivery.event))
    return db.session.scalar(
        query.order_by(WebhookDelivery.next_at, WebhookDelivery.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _message(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> Message:
    encrypted = [endpoint.secret]
    if endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > now():
        encrypted.append(endpoint.old_secret)
    keys = [signatures.decrypt_secret(secret) for secret in encrypted]
    event, body = delivery.event, delivery.event.body.encode()
    headers = signatures.signature_headers(event.uid, int(now().timestamp()), body, keys)
    headers |= {
        "Content-Type": "application/json",
        "User-Agent": f"Webhooks/1 (+{current_app.config['PUBLIC_URL']})",
        "Connection": "close",
        # No small response that decompresses to a large one.
        "Accept-Encoding": "identity",
    }
    return Message(delivery.id, endpoint.id, parse_url(endpoint.url), headers, body)


def _note_failure(endpoint: WebhookEndpoint, delivery: WebhookDelivery, response: Response) -> None:
    endpoint.failing_since = endpoint.failing_since or now()
    pause = FIRST_BREAK * 2.0 ** min(endpoint.failures, 20)
    endpoint.failures = min(endpoint.failures + 1, 10_000)
    endpoint.free_at = now() + min(pause, MAX_BREAK)
    if response.status == 410:
        delivery.state = DeliveryState.FAILED
        pauses.pause_automatically(endpoint, PauseReason.GONE)
        return
    if delivery.retries >= len(RETRY_DELAYS):
        delivery.state = DeliveryState.FAILED
    else:
        # Jitter, so that what failed together isn't repeated together.
        wait = RETRY_DELAYS[delivery.retries] * random.uniform(1, 1.2)  # noqa: S311  # nosec B311
        delivery.retries, delivery.next_at = delivery.retries + 1, now() + wait
    if now() - endpoint.failing_since >= pauses.PAUSE_AFTER:
        pauses.pause_automatically(endpoint, PauseReason.FAILING)
