"""Webhooks through the API."""

import base64

import pytest

from carafe.database import db
from carafe.jobs.worker import run_due
from carafe.webhooks import MAX_ENDPOINTS
from carafe.webhooks.models import WebhookEndpoint
from tests.site import EVENT

URL = "https://example.org/hook"


@pytest.fixture
def type():
    return EVENT


def test_it_creates_reads_changes_and_deletes(app, alice, use_api, type):
    client = use_api(alice)
    created = client.post("/webhooks", {"url": "https://Example.org/hook", "events": [type]})
    assert created.status_code == 201
    assert created.headers["Cache-Control"] == "no-store"
    path = f"/webhooks/{created.json['id']}"
    assert created.headers["Location"].endswith(path)
    assert created.json["url"] == URL
    assert len(base64.b64decode(created.json["secret"].removeprefix("whsec_"))) == 32
    read = client.get(path).json
    assert read == {key: value for key, value in created.json.items() if key != "secret"}
    assert client.get("/webhooks").json["items"] == [read]
    assert client.change("PATCH", path, {"description": "CRM"}).json["description"] == "CRM"
    assert client.change("PUT", path, {"url": URL, "events": [type]}).json["description"] == ""
    rotated = client.post(f"{path}/secret")
    assert rotated.json["secret"] != created.json["secret"]
    assert client.change("DELETE", path).status_code == 204
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "http://10.0.0.1/"}, "#/url"),
        ({"url": "https://10.0.0.1/"}, "#/url"),
        ({"url": 5}, "#/url"),
        ({"events": []}, "#/events"),
        ({"events": ["moon.landed"]}, "#/events"),
        ({"events": "note.created"}, "#/events"),
        ({"secret": "x"}, "#/secret"),
    ],
)
def test_invalid_fields_are_named(alice, use_api, type, body, pointer):
    client = use_api(alice)
    answer = client.post("/webhooks", {"url": URL, "events": [type]} | body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    path = f"/webhooks/{client.post('/webhooks', {'url': URL, 'events': [type]}).json['id']}"
    changed = client.change("PATCH", path, body)
    assert changed.status_code == 422
    assert [error["pointer"] for error in changed.json["errors"]] == [pointer]


def test_it_adds_so_many_and_no_more(alice, use_api, add_webhook, type):
    for _ in range(MAX_ENDPOINTS):
        add_webhook(alice, URL, type)
    answer = use_api(alice).post("/webhooks", {"url": URL, "events": [type]})
    assert answer.status_code == 422
    assert str(MAX_ENDPOINTS) in answer.json["detail"]


def test_somebody_elses_do_not_exist(app, alice, bob, use_api, add_webhook, type):
    hook = add_webhook(alice, URL, type)
    client = use_api(bob)
    assert client.get("/webhooks").json["items"] == []
    assert client.get(f"/webhooks/{hook.id}").status_code == 404
    assert client.post(f"/webhooks/{hook.id}/secret").status_code == 404
    with app.app_context():
        assert db.session.get_one(WebhookEndpoint, hook.id).old_secret is None


def test_a_change_of_a_webhook_is_no_event(app, alice, use_api, add_webhook, receiver, type):
    hook = add_webhook(alice, receiver.hook_url, type)
    use_api(alice).change("PATCH", f"/webhooks/{hook.id}", {"description": "CRM"})
    run_due(app)
    assert receiver.calls == []
