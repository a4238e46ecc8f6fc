"""What is reported to Sentry, played by a thread of this process."""

import gzip
import json
import sys
from typing import Any

import pytest
from flask import request

from carafe.config import ConfigError
from carafe.observability import logs, sentry
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.groups import require
from carafe.testing.http import Browser
from carafe.testing.loopback import Loopback
from carafe.testing.sessions import open_session

pytestmark = pytest.mark.any_database

DSN = "http://publickey@{}/4711"
COOKIE = "a-cookie-that-nobody-is-to-know"


class Reports:
    def __init__(self, server: Loopback):
        self.server = server
        self.dsn = DSN.format(server.url.removeprefix("http://"))

    def all(self, app) -> list[dict[str, Any]]:
        """The events that were sent, once all have left."""
        app.extensions["sentry"].flush(timeout=10)
        envelopes = [gzip.decompress(call.body) for call in self.server.calls]
        return [json.loads(envelope.split(b"\n")[2]) for envelope in envelopes]


@pytest.fixture
def reports():
    require("sentry")
    with Loopback() as server:
        server.routes["/api/4711/envelope/"] = lambda call: (200, {}, b"{}")
        yield Reports(server)


@pytest.fixture
def reporting_app(logging_app, reports):
    def make():
        made = logging_app(SENTRY_DSN=reports.dsn, LOG_LEVEL="CRITICAL")

        @made.post("/quote")
        def quote():
            kept_in_a_variable = request.form["pet"]
            raise ValueError(f"invalid literal: {kept_in_a_variable!r} {'aB3_' * 10}")

        return made

    return make


def test_it_reports_a_bug_with_its_place_and_who_met_it(reporting_app, reports, alice):
    made = reporting_app()
    browser = open_session(made, alice)
    answer = browser.get("/broken/a-token-of-32-letters-AND-MORE-OF-IT")
    [event] = reports.all(made)
    [exception] = event["exception"]["values"]
    assert exception["type"] == "RuntimeError"
    assert exception["value"] == "as a bug would: (None, None)"
    assert exception["stacktrace"]["frames"][-1]["function"] == "broken"
    assert event["transaction"] == "broken"
    assert event["request"] == {"method": "GET", "url": "/broken/<token>"}
    assert event["tags"]["request_id"] == answer.headers["X-Request-ID"]
    assert event["environment"] == "testing"


def test_it_tells_nothing_of_what_was_sent(reporting_app, reports, alice):
    made = reporting_app()
    browser = Browser(made.test_client())
    browser.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    fields = {"pet": "zebra in a form", "csrf_token": browser.token()}
    headers = {"Authorization": "Bearer zebra", "Cookie": f"x={COOKIE}", "Referer": "/zebra"}
    cookies = browser.cookies()
    browser.post("/quote?q=zebra", fields, headers={"Authorization": "Bearer zebra"})
    browser.get("/broken/zebra?q=zebra", headers=headers)
    events = reports.all(made)
    assert [event["user"] for event in events if "user" in event] == [{"id": str(alice.id)}]
    text = json.dumps(events)
    assert "invalid literal" in text
    for hidden in ("zebra", "aB3_aB3_", COOKIE, fields["csrf_token"], alice.email, PASSWORD):
        assert hidden not in text, hidden
    assert not [value for _, value in cookies if value in text]


def test_it_reports_no_refusals(reporting_app, reports):
    made = reporting_app()
    browser = Browser(made.test_client())
    for path in ("/nowhere", "/members", "/quote"):
        browser.get(path)
    assert reports.all(made) == []


def test_it_reports_what_a_job_met(reporting_app, reports):
    made = reporting_app()
    with made.app_context(), logs.bind(job="digest", job_id=7):
        sentry.capture(made, RuntimeError("in a job"))
    [event] = reports.all(made)
    assert event["transaction"] == "digest"
    assert event["tags"]["job_id"] == "7"


def test_it_holds_up_nobody_while_it_is_away(logging_app):
    """A port at which nobody listens."""
    require("sentry")
    made = logging_app(SENTRY_DSN=DSN.format("127.0.0.1:9"), LOG_LEVEL="CRITICAL")
    assert Browser(made.test_client()).get("/broken/x").status_code == 500
    made.extensions["sentry"].flush(timeout=10)


@pytest.mark.parametrize(
    ("settings", "modules", "says"),
    [
        ({"SENTRY_DSN": DSN.format("127.0.0.1")}, ["sentry_sdk"], "SENTRY_DSN .*sentry"),
        ({"SENTRY_DSN": "https://example.org/x"}, [], "SENTRY_DSN"),
        (
            {"OTEL_TRACES_EXPORTER": "otlp"},
            ["opentelemetry.trace", "opentelemetry"],
            "OTEL_TRACES_EXPORTER .*otel",
        ),
    ],
)
def test_it_says_what_is_missing(settings, modules, says, app, monkeypatch):
    for name in list(sys.modules):
        if modules and name.startswith(("carafe.observability.tracing.", modules[-1] + ".")):
            monkeypatch.delitem(sys.modules, name)
    for name in modules:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=says), another_app(app, **settings):
        pass
