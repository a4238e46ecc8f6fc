"""Every status that an operation documents, and that it's returned.

New operations are included automatically, with the examples of the OpenAPI document as bodies.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import TooManyRequests

from carafe.api import blueprint
from carafe.api.idempotency import IdempotencyKey
from carafe.database import db
from carafe.testing.api import ApiClient
from carafe.testing.contract import operation_at
from carafe.testing.routes import operations
from carafe.testing.rows import THEIRS, plant
from carafe.time import freeze
from carafe.webhooks.events import EVENTS

LARGE = {"CONTENT_LENGTH": "1000000000", "CONTENT_TYPE": "application/x-www-form-urlencoded"}
CHUNKED = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
# By status, requests of which one gets it; each is what it changes of a request that succeeds.
REQUESTS: dict[str, list[dict[str, Any]]] = {
    "400": [{"query": "limit=x"}, {"headers": {"Idempotency-Key": "é"}}, {"data": "{"}],
    "401": [{"headers": {"Authorization": "Bearer x"}}],
    "404": [{"number": THEIRS - 1}],
    "406": [{"headers": {"Accept": "text/html"}}],
    "411": [{"environ": CHUNKED}],
    "412": [{"headers": {"If-Match": '"another"'}}],
    "413": [{"environ": LARGE}],
    "415": [{"data": "x", "content_type": "text/plain"}],
    "422": [{"json": {"unknown": 1}}],
    "428": [{"headers": {"If-Match": None}}],
    "431": [{"headers": {"X-Long": "x" * 100_000}}],
}
FAILURES = {
    "429": TooManyRequests(retry_after=3),
    "500": ValueError("a bug"),
    "503": OperationalError("SELECT 1", {}, Exception("the disk is full")),
}


class Caller:
    """Sends one operation's requests, each to rows of the user that are as they were."""

    def __init__(self, app, route, user, use_api):
        self.app, self.route, self.user, self.use_api = app, route, user, use_api
        self.client = use_api(user)
        operation = operation_at(app, route.method, route.path)
        assert operation, f"{route} isn't documented"
        self.id, self.statuses = operation["operationId"], {*operation["responses"]}
        contents = operation.get("requestBody", {}).get("content", {})
        self.body = next((content["example"] for content in contents.values()), None)

    def send(self, *, number=THEIRS, query="", headers=None, environ=None, client=None, **options):
        path = self.route.path.removeprefix("/api/v1").replace(str(THEIRS), str(number))
        sent = {"If-Match": "*"} | (headers or {})
        content = {"json": self.body} if self.body and not {"data", "json"} & {*options} else {}
        if "data" in options:
            content = {"content_type": "application/json"}
        response = (client or self.client).request(
            self.route.method,
            f"{path}?{query}",
            headers={name: value for name, value in sent.items() if value is not None},
            environ_overrides=environ,
            **(content | options),
        )
        return str(response.status_code), response

    def plant(self):
        with self.app.app_context():
            plant(self.user.id, db.metadata.sorted_tables)

    def succeed(self):
        self.plant()
        status, _ = self.send()
        _, response = self.send()  # the token was used, which its list says
        etag = response.headers.get("ETag", "")
        return {status, self.send(headers={"If-None-Match": etag})[0]}

    def lack_a_scope(self):
        others = {r.policy.scope for r in operations(self.app)} - {self.route.policy.scope}
        return {self.send(client=self.use_api(self.user, *others))[0]}

    def lack_a_csrf_token(self, browser):
        client = ApiClient(browser.client, token="")
        client.headers = {}
        return {self.send(client=client)[0]}

    def send_twice(self):
        """Send requests with one key: the first is still running, or was another."""
        self.plant()
        key = {"Idempotency-Key": self.id}
        self.send(headers=key)
        other = self.send(headers=key, query="other")[0]
        with self.app.app_context():
            db.session.execute(update(IdempotencyKey).values(status=None))
            db.session.commit()
        return {other, self.send(headers=key)[0]}

    def fail(self, monkeypatch):
        """Fail where each operation begins."""
        for failure in FAILURES.values():

            def fail(failure=failure):
                raise failure

            with monkeypatch.context() as patch:
                patch.setattr(blueprint, "ensure_json_accepted", fail)
                patch.setitem(self.app.config, "PROPAGATE_EXCEPTIONS", False)
                yield self.send()[0]


@pytest.fixture
def at_planting():
    """Stop the clock when the rows were new."""
    freeze(datetime(2026, 2, 27, tzinfo=UTC))


@pytest.mark.usefixtures("at_planting")
def test_each_is_returned(app, carol, make_user, use_api, sign_in, monkeypatch, record_property):
    make_user("theirs@example.com", id=THEIRS)
    # The event in the examples of webhooks, which no feature may have.
    monkeypatch.setitem(EVENTS.by_name(app), "note.created", "Note created")
    documented, missing = 0, {}
    for route in operations(app, number=THEIRS):
        caller = Caller(app, route, carol, use_api)
        seen = caller.succeed() | caller.lack_a_scope() | {*caller.fail(monkeypatch)}
        if route.changes:
            seen |= caller.lack_a_csrf_token(sign_in(carol))
        for status, requests in REQUESTS.items():
            if status in caller.statuses:
                caller.plant()
                seen |= {caller.send(**request)[0] for request in requests}
        if "409" in caller.statuses:
            seen |= caller.send_twice()
        documented += len(caller.statuses)
        if caller.statuses - seen:
            missing[caller.id] = sorted(caller.statuses - seen)
    unseen = sum(map(len, missing.values()))
    text = f"{documented - unseen} of {documented} documented statuses of the API were returned."
    record_property("summary", text)
    assert missing == {}, missing
