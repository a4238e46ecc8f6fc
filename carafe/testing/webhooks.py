"""Receivers of webhooks on this machine, and a clock that passes the hours between retries."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from flask import Flask

from carafe.auth.models import UserMixin
from carafe.database import db
from carafe.jobs.claims import next_due
from carafe.jobs.worker import run_due
from carafe.testing.loopback import Answer, Call, Loopback, always
from carafe.time import now
from carafe.webhooks import signatures
from carafe.webhooks.models import WebhookEndpoint

ACCEPTED: Answer = (204, {}, b"")
PATH = "/webhook"
QUEUES = ["webhooks", "webhooks-slow"]


class Receiver(Loopback):
    """A server that accepts webhooks at `PATH`, or answers what `answer` says."""

    def __init__(self) -> None:
        super().__init__()
        self.answer(ACCEPTED)

    @property
    def hook_url(self) -> str:
        return self.url + PATH

    def answer(self, answer: Answer | Callable[[Call], Answer]) -> None:
        self.routes[PATH] = answer if callable(answer) else always(answer)

    def received(self) -> list[dict[str, Any]]:
        """Return the events in the order in which they arrived, repeated ones as well."""
        return [json.loads(call.body) for call in self.called(PATH)]


@dataclass
class Webhook:
    """An endpoint that a test added."""

    id: int
    key: bytes

    def verify(self, call: Call) -> None:
        """Check a request's signature as docs/webhooks.md says."""
        id, timestamp = call.headers["webhook-id"], call.headers["webhook-timestamp"]
        content = f"{id}.{timestamp}.".encode() + call.body
        expected = base64.b64encode(hmac.digest(self.key, content, "sha256")).decode()
        assert f"v1,{expected}" in str(call.headers["webhook-signature"]).split()


class Clock:
    """The time of this process, which only passes when told to."""

    def __init__(self, app: Flask, stop: Callable[[datetime], None]):
        self.app, self.stop, self.at = app, stop, now()
        stop(self.at)

    def pass_time(self, **units: float) -> None:
        """Let time pass, and run each webhook job when it is due: `pass_time(hours=1)`."""
        end = self.at + timedelta(**units)
        while True:
            run_due(self.app)
            with self.app.app_context():
                due = min(next_due(QUEUES).values(), default=end)
            if due >= end:
                break
            self.move_to(due)
        self.move_to(end)
        run_due(self.app)

    def move_to(self, at: datetime) -> None:
        self.at = max(at, self.at)
        self.stop(self.at)


@pytest.fixture
def receiver(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Start a server that webhooks may be sent to."""
    monkeypatch.setitem(app.config, "WEBHOOK_HTTP", True)
    monkeypatch.setitem(app.config, "WEBHOOK_PRIVATE_NETWORKS", [ip_network("127.0.0.0/8")])
    with Receiver() as server:
        yield server


@pytest.fixture
def stopped_clock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the clock. `pass_time` moves it."""
    return Clock(app, lambda at: monkeypatch.setattr("carafe.time.clock._frozen_at", at))


@pytest.fixture
def add_webhook(app: Flask) -> Callable[..., Webhook]:
    """Return a function that adds a user's endpoint: `add_webhook(alice, url, "note.created")`."""

    def add(owner: UserMixin, url: str, *events: str, **columns: object) -> Webhook:
        key = signatures.generate_secret()
        secret = signatures.encrypt_secret
        with app.app_context():
            endpoint = WebhookEndpoint(
                user_id=owner.id, url=url, events=" ".join(events), secret=secret(key), **columns
            )
            db.session.add(endpoint)
            db.session.commit()
            return Webhook(endpoint.id, key)

    return add
