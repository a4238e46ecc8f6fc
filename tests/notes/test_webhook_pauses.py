"""Webhooks that are paused, and what else keeps deliveries waiting, or ends them."""

from sqlalchemy import delete, func, select

from carafe.database import db
from carafe.jobs import Job
from carafe.jobs.worker import run_due
from carafe.notifications import Notification
from carafe.testing.loopback import Answer
from carafe.webhooks import jobs, reports
from carafe.webhooks.models import (
    DeliveryState,
    PauseReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)

ERROR: Answer = (500, {}, b"broken")
CREATED = "note.created"


def titles(receiver):
    return [event["data"]["title"] for event in receiver.received()]


def states(app):
    with app.app_context():
        return list(db.session.scalars(select(WebhookDelivery.state).order_by(WebhookDelivery.id)))


def find(app, hook):
    with app.app_context():
        return db.session.get_one(WebhookEndpoint, hook.id)


def test_it_pauses_after_days_of_failures_and_tells_the_owner(
    app, alice, add_webhook, receiver, create, stopped_clock, mailbox
):
    hook = add_webhook(alice, receiver.hook_url, CREATED)
    receiver.answer(ERROR)
    for number in range(6):
        create(alice, f"Note {number}")
        stopped_clock.pass_time(days=1)
    assert find(app, hook).pause_reason == PauseReason.FAILING
    mail = mailbox.to(alice.email)[-1]
    assert "paused because every attempt of the last 5 days failed" in str(mail)
    with app.app_context():
        assert "Webhook paused" in db.session.scalars(select(Notification.title)).all()
    calls = len(receiver.calls)
    create(alice, "While it is paused")
    stopped_clock.pass_time(days=1)
    assert len(receiver.calls) == calls


def test_status_410_pauses_at_once(app, alice, add_webhook, receiver, create):
    hook = add_webhook(alice, receiver.hook_url, CREATED)
    receiver.answer((410, {}, b""))
    create(alice, "Roof")
    run_due(app)
    assert find(app, hook).pause_reason == PauseReason.GONE
    assert states(app) == [DeliveryState.FAILED]


def test_suspended_users_are_sent_nothing(app, dave, add_webhook, receiver, create, stopped_clock):
    add_webhook(dave, receiver.hook_url, CREATED)
    create(dave, "Roof")
    stopped_clock.pass_time(days=1)
    assert receiver.calls == []


def test_nothing_is_sent_while_a_setting_switches_them_off(
    app, alice, add_webhook, receiver, create, stopped_clock, monkeypatch
):
    add_webhook(alice, receiver.hook_url, CREATED)
    create(alice, "Roof")
    with monkeypatch.context() as patch:
        patch.setitem(app.config, "WEBHOOKS", False)
        create(alice, "Attic")
        stopped_clock.pass_time(hours=1)
    assert receiver.calls == []
    with app.app_context():
        [_endpoints, late] = reports.health_rows()
        assert late.text == "1 should have been sent at least 15 minutes ago."
        jobs.enqueue_overdue.enqueue()
        db.session.commit()
    stopped_clock.pass_time(minutes=1)
    assert titles(receiver) == ["Roof"]
    with app.app_context():
        assert [row.text for row in reports.health_rows()] == [
            "1 active, 0 of which are failing.",
            "None are late.",
        ]


def test_deliveries_without_a_job_get_one(app, alice, add_webhook, receiver, create, stopped_clock):
    add_webhook(alice, receiver.hook_url, CREATED)
    create(alice, "Roof")
    with app.app_context():
        db.session.execute(delete(Job))
        db.session.commit()
    stopped_clock.pass_time(minutes=10)
    assert receiver.calls == []
    with app.app_context():
        jobs.enqueue_overdue.enqueue()
        db.session.commit()
    stopped_clock.pass_time(minutes=1)
    assert titles(receiver) == ["Roof"]


def test_old_events_are_deleted(app, alice, add_webhook, receiver, create, stopped_clock):
    add_webhook(alice, receiver.hook_url, CREATED)
    create(alice, "Old")
    stopped_clock.pass_time(days=20)
    create(alice, "New")
    stopped_clock.pass_time(days=11)
    with app.app_context():
        assert jobs.purge() == 1
        assert db.session.scalar(select(func.count()).select_from(WebhookEvent)) == 1
        assert db.session.scalar(select(func.count()).select_from(WebhookDelivery)) == 1
        assert db.session.scalar(select(func.count()).select_from(WebhookAttempt)) == 1
