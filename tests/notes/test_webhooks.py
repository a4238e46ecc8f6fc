"""Webhooks about notes, sent to a server on this machine."""

import base64
import hmac
import json
from datetime import timedelta
from ipaddress import ip_network
from types import SimpleNamespace

import pytest

from carafe.database import db
from carafe.jobs.worker import run_due
from carafe.testing.loopback import Answer, Loopback, always
from carafe.testing.sessions import open_session
from carafe.time import freeze, now
from carafe.webhooks import signatures
from carafe.webhooks.models import (
    WebhookEndpoint,
)

OK: Answer = (204, {}, b"")
ALL = ["note.created", "note.updated", "note.deleted"]


@pytest.fixture
def receiver():
    with Loopback() as server:
        server.routes["/hook"] = always(OK)
        yield server


@pytest.fixture(autouse=True)
def _allowed(app, monkeypatch):
    monkeypatch.setitem(app.config, "WEBHOOK_HTTP", True)
    monkeypatch.setitem(app.config, "WEBHOOK_PRIVATE_NETWORKS", [ip_network("127.0.0.0/8")])


@pytest.fixture
def clock(monkeypatch):
    """Stop the clock, and return what moves it."""
    from carafe.time import clock as module

    start = now()
    freeze(start)
    passed = SimpleNamespace(by=timedelta())

    def move(**units):
        passed.by += timedelta(**units)
        freeze(start + passed.by)

    yield move
    monkeypatch.setattr(module, "_frozen_at", None)


@pytest.fixture
def hook(app):
    """Add an endpoint of a user: `hook(alice, url)` returns its ID and its key."""

    def add(owner, url, events=ALL):
        key = signatures.generate_secret()
        with app.app_context():
            endpoint = WebhookEndpoint(
                user_id=owner.id,
                url=url,
                events=" ".join(events),
                secret=signatures.encrypt_secret(key),
            )
            db.session.add(endpoint)
            db.session.commit()
            return SimpleNamespace(id=endpoint.id, key=key)

    return add


def verify(call, key):
    """Check a signature as docs/webhooks.md says, and return the event."""
    id, timestamp = call.headers["webhook-id"], call.headers["webhook-timestamp"]
    content = f"{id}.{timestamp}.".encode() + call.body
    expected = base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    assert f"v1,{expected}" in call.headers["webhook-signature"].split()
    return json.loads(call.body)


def test_a_change_is_sent_signed(app, alice, hook, receiver):
    added = hook(alice, f"{receiver.url}/hook")
    browser = open_session(app, alice)
    browser.submit("/notes/new", {"title": "Roof", "body": "two offers"})
    run_due(app)
    [call] = receiver.called("/hook")
    sent = verify(call, added.key)
    assert sent["type"] == "note.created"
    assert sent["id"] == call.headers["webhook-id"]
    assert (sent["data"]["title"], sent["data"]["body"]) == ("Roof", "two offers")
    assert call.headers["Content-Type"] == "application/json"
