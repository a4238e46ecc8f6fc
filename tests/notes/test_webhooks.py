"""Webhooks about notes: each change that is committed is sent, whoever makes it."""

import pytest
from sqlalchemy import select

from app.notes.models import Note
from carafe.database import db
from carafe.jobs.worker import run_due
from carafe.webhooks.models import WebhookEvent

EVENTS = "note.created", "note.updated", "note.deleted"


@pytest.fixture
def hook(alice, add_webhook, receiver):
    return add_webhook(alice, receiver.hook_url, *EVENTS)


@pytest.fixture
def sent(app, hook, receiver):
    """Run what is due, and return the types and titles of what was sent."""

    def read():
        run_due(app)
        return [(event["type"], event["data"]["title"]) for event in receiver.received()]

    return read


def types(app):
    with app.app_context():
        return list(db.session.scalars(select(WebhookEvent.type).order_by(WebhookEvent.id)))


def test_a_change_on_a_page_is_sent_and_signed(alice, sign_in, hook, sent, receiver):
    browser = sign_in(alice)
    path = browser.submit("/notes/new", {"title": "Roof", "body": "two offers"}).location
    browser.submit(f"{path}/edit", {"title": "Attic"})
    browser.submit(path, action=f"{path}/delete")
    assert sent() == [(EVENTS[0], "Roof"), (EVENTS[1], "Attic"), (EVENTS[2], "Attic")]
    for call in receiver.calls:
        hook.verify(call)
        assert call.headers["Content-Type"] == "application/json"
    assert len({event["id"] for event in receiver.received()}) == 3


def test_a_change_by_the_api_has_its_content(alice, use_api, sent, receiver):
    client = use_api(alice)
    created = client.post("/notes", {"title": "Roof", "body": "two offers"})
    path = f"/notes/{created.json['id']}"
    changed = client.change("PATCH", path, {"title": "Attic"})
    client.change("DELETE", path)
    assert [type for type, _ in sent()] == [*EVENTS]
    contents = [event["data"] for event in receiver.received()]
    assert contents == [created.json, changed.json, changed.json]


def test_a_change_by_an_admin_is_sent_to_the_owner(app, alice, carol, sign_in, write, sent):
    [id] = write(alice, "Roof")
    admin = sign_in(carol)
    admin.submit(f"/admin/notes/{id}", {"title": "Attic"})
    admin.submit(f"/admin/notes/{id}/delete")
    assert sent() == [("note.updated", "Attic"), ("note.deleted", "Attic")]


def test_what_is_rolled_back_is_not_sent(app, alice, sent):
    with app.app_context():
        Note.create(user_id=alice.id, title="Never")
        db.session.rollback()
        savepoint = db.session.begin_nested()
        Note.create(user_id=alice.id, title="Neither")
        savepoint.rollback()
        Note.create(user_id=alice.id, title="Roof")
        db.session.commit()
    assert sent() == [("note.created", "Roof")]


def test_what_changes_nothing_is_not_sent(alice, use_api, write, sent):
    [id] = write(alice, "Roof")
    use_api(alice).change("PATCH", f"/notes/{id}", {"title": "Roof"})
    assert sent() == []


def test_nobody_hears_of_the_notes_of_others(app, alice, bob, sign_in, sent):
    sign_in(bob).submit("/notes/new", {"title": "Roof"})
    assert sent() == []
    assert types(app) == []


def test_only_subscribed_events_are_stored(app, alice, sign_in, add_webhook, receiver):
    add_webhook(alice, receiver.hook_url, "note.deleted")
    browser = sign_in(alice)
    path = browser.submit("/notes/new", {"title": "Roof"}).location
    assert types(app) == []
    browser.submit(path, action=f"{path}/delete")
    assert types(app) == ["note.deleted"]


def test_an_event_for_several_endpoints_is_stored_once(
    app, alice, sign_in, hook, add_webhook, receiver
):
    add_webhook(alice, f"{receiver.url}/other", *EVENTS)
    sign_in(alice).submit("/notes/new", {"title": "Roof"})
    run_due(app)
    assert types(app) == ["note.created"]
    first, second = receiver.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_webhooks_end_with_their_user(app, alice, sign_in, hook):
    sign_in(alice).submit("/notes/new", {"title": "Roof"})
    with app.app_context():
        db.session.get_one(type(alice), alice.id).delete()
        db.session.commit()
    assert types(app) == []


def test_a_token_subscribes_only_to_what_it_may_read(alice, use_api):
    weak = use_api(alice, "webhooks:read", "webhooks:write")
    body = {"url": "https://example.org/", "events": [*EVENTS]}
    assert weak.post("/webhooks", body).status_code == 403
    strong = use_api(alice, "webhooks:read", "webhooks:write", "notes:read")
    path = f"/webhooks/{strong.post('/webhooks', body).json['id']}"
    # Nor may it have them sent elsewhere.
    other = {"url": "https://example.net/"}
    assert weak.change("PATCH", path, other).status_code == 403
    assert strong.change("PATCH", path, other).status_code == 200
    assert weak.post(f"{path}/secret").status_code == 403
