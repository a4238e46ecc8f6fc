"""A drill: receivers that are down, slow, broken, or that try to lead into the private network."""

import threading
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, select

from carafe.database import db
from carafe.jobs import Job
from carafe.jobs.worker import JobWorker, run_due
from carafe.testing.loopback import Answer
from carafe.testing.waiting import until
from carafe.testing.webhooks import ACCEPTED, QUEUES, Receiver
from carafe.webhooks import client
from carafe.webhooks.models import (
    DeliveryState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
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


def test_nothing_is_lost_while_a_receiver_is_down(
    app, alice, add_webhook, receiver, create, stopped_clock
):
    hook = add_webhook(alice, receiver.hook_url, CREATED)
    receiver.stop()
    for number in range(12):
        create(alice, f"Note {number}")
        stopped_clock.pass_time(minutes=5)
    assert {*states(app)} == {DeliveryState.PENDING}
    with app.app_context():
        error = db.session.scalar(select(WebhookAttempt.error).limit(1))
    assert error == "The connection was refused."
    with Receiver() as again:
        with app.app_context():
            db.session.get_one(WebhookEndpoint, hook.id).url = again.hook_url
            db.session.commit()
        stopped_clock.pass_time(hours=3)
        assert {*titles(again)} == {f"Note {number}" for number in range(12)}
        assert len(titles(again)) == 12
    assert {*states(app)} == {DeliveryState.DELIVERED}


def test_it_retries_for_three_days_with_the_same_id(
    app, alice, add_webhook, receiver, create, stopped_clock
):
    hook = add_webhook(alice, receiver.hook_url, CREATED)
    receiver.answer(ERROR)
    create(alice, "Roof")
    start = stopped_clock.at
    stopped_clock.pass_time(days=5)
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert len({call.headers["webhook-timestamp"] for call in receiver.calls}) == 10
    for call in receiver.calls:
        hook.verify(call)
    assert states(app) == [DeliveryState.FAILED]
    with app.app_context():
        last = db.session.scalar(select(func.max(WebhookAttempt.at)))
        excerpts = db.session.scalars(select(WebhookAttempt.excerpt)).all()
    assert timedelta(days=3) < last - start < timedelta(days=4)
    assert {*excerpts} == {"broken"}


def test_it_follows_no_redirect(app, alice, add_webhook, receiver, create, stopped_clock):
    with Receiver() as private:
        add_webhook(alice, receiver.hook_url, CREATED)
        receiver.answer((307, {"Location": private.hook_url}, b""))
        create(alice, "Roof")
        stopped_clock.pass_time(hours=1)
        assert private.calls == []
    assert len(receiver.calls) > 2
    assert states(app) == [DeliveryState.PENDING]


def test_nothing_goes_into_a_private_network(
    app, alice, add_webhook, receiver, create, stopped_clock, monkeypatch
):
    monkeypatch.setitem(app.config, "WEBHOOK_PRIVATE_NETWORKS", [])
    add_webhook(alice, receiver.hook_url, CREATED)
    # A name that resolves to this machine, as any name can.
    add_webhook(alice, receiver.hook_url.replace("127.0.0.1", "localhost.example.org"), CREATED)
    monkeypatch.setattr(
        "socket.getaddrinfo", lambda *args, **options: [(2, 1, 6, "", ("127.0.0.1", args[1]))]
    )
    create(alice, "Roof")
    stopped_clock.pass_time(hours=1)
    assert receiver.calls == []
    with app.app_context():
        errors = {*db.session.scalars(select(WebhookAttempt.error))}
    assert errors == {
        "Use a URL that can be reached from the internet.",
        "The host's address is private.",
    }


@contextmanager
def working(app, threads):
    worker = JobWorker(app, threads, QUEUES)
    thread = threading.Thread(target=worker.work)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()


def test_slow_receivers_delay_no_others(
    app, alice, bob, add_webhook, receiver, create, monkeypatch
):
    """With two threads for each queue, three slow receivers would take all of them."""
    gate = threading.Event()

    def answer_late(call):
        gate.wait(30)
        return ACCEPTED

    with Receiver() as slow:
        slow.answer(answer_late)
        add_webhook(alice, slow.hook_url, CREATED)  # nobody knows yet that it is slow
        for _ in range(3):
            add_webhook(alice, slow.hook_url, CREATED, is_slow=True)
        add_webhook(bob, receiver.hook_url, CREATED)
        create(alice, "One", "Two", "Three")
        create(bob, *(f"Note {number}" for number in range(10)))
        with working(app, threads=2):
            until(lambda: len(receiver.calls) == 10, 25)
            assert not gate.is_set()
            # One at a time for each endpoint, and as many as its queue has threads.
            assert len(slow.calls) <= 3
            gate.set()
            until(lambda: len(slow.calls) == 12, 25)
            until(lambda: {*states(app)} == {DeliveryState.DELIVERED}, 25)


def test_a_receiver_that_never_answers_is_slow(
    app, alice, add_webhook, receiver, create, monkeypatch
):
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr("carafe.webhooks.deliveries.SLOW_MILLISECONDS", 50)
    gate = threading.Event()
    receiver.answer(lambda call: (gate.wait(10) and ACCEPTED) or ERROR)
    hook = add_webhook(alice, receiver.hook_url, CREATED)
    create(alice, "Roof")
    run_due(app)
    gate.set()
    endpoint = find(app, hook)
    assert endpoint.is_slow
    with app.app_context():
        assert db.session.scalar(select(Job.queue)) == "webhooks-slow"
        error = db.session.scalar(select(WebhookAttempt.error))
        assert error == "No response within 0.1 seconds."
