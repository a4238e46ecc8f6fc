"""Sample webhooks: one that works, with a delivery that is being repeated, and a paused one.

Their hosts end with `.example`, a name that never exists, so nothing reaches anyone.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from flask import Flask

from carafe import demo
from carafe.database import db
from carafe.demo import Person, Scenario
from carafe.webhooks import events, signatures
from carafe.webhooks.models import (
    DeliveryState,
    PauseReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)

# Hours ago, and the status of each attempt.
DELIVERIES = [(98, [204]), (71, [503, 204]), (29, [204]), (5, [200]), (0.4, [500, 500])]


def load(scenario: Scenario) -> None:
    random = scenario.random("webhooks")
    types = [*events.event_types()][:3]
    for person in scenario.accounts if types else []:
        url = "https://crm.example/webhooks/notes"
        active = _endpoint(scenario, person, url, "Customer database", types, 120)
        active.delivered_at = scenario.at - timedelta(hours=5)
        active.failing_since, active.failures = scenario.at - timedelta(minutes=24), 2
        url = "https://old-server.example/hook"
        paused = _endpoint(scenario, person, url, "", types[:1], 300)
        paused.paused_at = scenario.at - timedelta(days=12)
        paused.pause_reason = PauseReason.FAILING
        paused.delivered_at = scenario.at - timedelta(days=17)
        db.session.flush()
        for hours, statuses in DELIVERIES:
            _add_delivery(scenario, random, active, random.choice(types), hours, statuses)


def _endpoint(
    scenario: Scenario, person: Person, url: str, description: str, types: list[str], days: int
) -> WebhookEndpoint:
    endpoint = WebhookEndpoint(
        user_id=person.id,
        url=url,
        description=description,
        events=" ".join(types),
        secret=signatures.encrypt_secret(signatures.generate_secret()),
        created_at=scenario.at - timedelta(days=days),
    )
    db.session.add(endpoint)
    return endpoint


def _add_delivery(
    scenario: Scenario,
    random: Random,
    endpoint: WebhookEndpoint,
    type: str,
    hours: float,
    statuses: list[int],
) -> None:
    at = scenario.at - timedelta(hours=hours)
    uid, body = events.render(type, {"id": random.randint(1, 300)}, at)
    event = WebhookEvent(user_id=endpoint.user_id, uid=uid, type=type, created_at=at, body=body)
    is_delivered = statuses[-1] < 300
    delivery = WebhookDelivery(
        endpoint=endpoint,
        event=event,
        state=DeliveryState.DELIVERED if is_delivered else DeliveryState.PENDING,
        attempts=len(statuses),
        retries=len(statuses) - is_delivered,
        next_at=scenario.at + timedelta(minutes=30),
    )
    db.session.add_all([event, delivery])
    db.session.flush()
    for number, status in enumerate(statuses):
        attempt = WebhookAttempt(
            delivery_id=delivery.id,
            at=at + timedelta(seconds=1 + 6 * number),
            milliseconds=random.randint(40, 900),
            status=status,
            excerpt="" if status == 204 else "OK" if status == 200 else "Database is locked",
        )
        db.session.add(attempt)


def init_app(app: Flask) -> None:
    # After the rows whose changes cause events.
    demo.add(app, load, stage=demo.Stage.LOG)
