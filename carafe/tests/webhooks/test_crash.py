"""A worker that is killed while a receiver reads its request: the event arrives again."""

import threading
from pathlib import Path

import pytest

from carafe.database import db
from carafe.jobs import claims
from carafe.jobs.worker import run_due
from carafe.testing.waiting import PATIENCE_SECONDS, until
from carafe.testing.webhooks import ACCEPTED
from carafe.tests.jobs.crew import Crew
from carafe.time import now
from carafe.webhooks import deliveries, events, jobs
from carafe.webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint


@pytest.fixture
def crew(app):
    folder = Path(app.instance_path)
    settings = {
        "APP_ENV": "testing",
        "INSTANCE_PATH": str(folder),
        "JOB_LEASE_SECONDS": "1",
        "WEBHOOK_HTTP": "yes",
        "WEBHOOK_PRIVATE_NETWORKS": "127.0.0.0/8",
    }
    with Crew(settings, folder / "crew.log") as made:
        yield made


def test_it_sends_again_with_the_same_id(app, alice, add_webhook, receiver, crew, monkeypatch):
    hook = add_webhook(alice, receiver.hook_url, "thing.happened")
    reading = threading.Event()
    receiver.answer(lambda call: (reading.wait(60) and ACCEPTED) or ACCEPTED)
    with app.app_context():
        events.emit("thing.happened", alice.id, {"id": 1})
        db.session.commit()
    crew.start("webhooks")
    until(lambda: receiver.calls, PATIENCE_SECONDS)
    crew.kill()
    reading.set()
    with app.app_context():
        # The lease of the job, which another worker notices, and that of the endpoint.
        lost = now() + deliveries.LEASE
        monkeypatch.setattr("carafe.time.clock._frozen_at", lost)
        assert claims.requeue_lost() == 1
    run_due(app)
    first, second = receiver.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    hook.verify(second)
    with app.app_context():
        [delivery] = db.session.scalars(db.select(WebhookDelivery))
        assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)


def test_nothing_is_sent_beside_a_request_that_runs(
    app, alice, add_webhook, receiver, stopped_clock
):
    """Such as by a job whose worker lost its lease, and still waits for the response."""
    hook = add_webhook(alice, receiver.hook_url, "thing.happened")
    with app.app_context():
        for number in range(2):
            events.emit("thing.happened", alice.id, {"id": number})
            db.session.commit()
        assert deliveries.begin(hook.id)
        jobs.deliver_next(hook.id)
        db.session.commit()
        assert receiver.calls == []
        endpoint = db.session.get_one(WebhookEndpoint, hook.id)
        assert deliveries.next_time(endpoint) == stopped_clock.at + deliveries.LEASE
    stopped_clock.pass_time(minutes=2)
    assert [event["data"]["id"] for event in receiver.received()] == [0, 1]
