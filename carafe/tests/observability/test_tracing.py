"""Traces, as a collector receives them."""

import json

import pytest
import requests
from sqlalchemy import text

from carafe.database import db
from carafe.observability import logs, tracing
from carafe.testing.accounts import PASSWORD
from carafe.testing.http import Browser
from carafe.testing.loopback import Loopback
from carafe.testing.sessions import open_session
from carafe.tests.observability.collector import Collector
from carafe.web.routing import public

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@pytest.fixture
def collector(monkeypatch):
    monkeypatch.setattr(tracing, "_tracer", None)
    monkeypatch.setattr(requests.Session, "send", requests.Session.send)
    with Collector() as collector:
        yield collector
        if tracing._tracer and tracing._tracer.provider:
            tracing._tracer.provider.shutdown()


@pytest.fixture
def elsewhere():
    """Someone else's service."""
    with Loopback() as server:
        server.routes["/thing"] = lambda call: (200, {}, b"{}")
        yield server


@pytest.fixture
def traced_app(logging_app, collector, elsewhere):
    def make(**settings):
        made = logging_app(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, **settings)

        @made.get("/far/<int:id>")
        @public
        def far(id):
            db.session.execute(
                text("SELECT id FROM thing WHERE title = :title"), {"title": "zebra"}
            )
            requests.get(f"http://user:zebra@{elsewhere.url[7:]}/thing?key=zebra", timeout=5)
            return tracing.propagation_headers()

        return made

    return make


def test_it_is_one_from_the_request_over_its_job_to_others(traced_app, collector, elsewhere):
    made = traced_app()
    answer = made.test_client().get("/far/7")
    with made.app_context(), tracing.job("digest", json.loads(answer.text)):
        requests.post(f"{elsewhere.url}/thing", timeout=5)
        with tracing.call("SMTP", "mail.example.org", 587):
            pass
    request, job = collector.span("GET /far/<int:id>"), collector.span("digest")
    query, get = collector.span("SELECT thing"), collector.span("GET")
    post, mail = collector.span("POST"), collector.span("SMTP")
    assert {span.trace for span in collector.spans()} == {request.trace}
    assert (request.kind, request.parent) == ("SERVER", "")
    assert (job.kind, job.parent) == ("CONSUMER", request.id)
    assert [(s.kind, s.parent) for s in (query, get)] == [("CLIENT", request.id)] * 2
    assert [(s.kind, s.parent) for s in (post, mail)] == [("CLIENT", job.id)] * 2
    sent = [call.headers["traceparent"].split("-") for call in elsewhere.called("/thing")]
    assert [ids[1:3] for ids in sent] == [[request.trace, get.id], [request.trace, post.id]]


def test_it_says_what_happened_and_no_value(traced_app, collector):
    made = traced_app()
    answer = made.test_client().get("/far/7?q=zebra")
    request = collector.span("GET /far/<int:id>").attributes
    assert request["http.route"] == "/far/<int:id>"
    assert request["http.response.status_code"] == 200
    assert request["url.path"] == "/far/7"
    assert request["request.id"] == answer.headers["X-Request-ID"]
    query = collector.span("SELECT thing").attributes
    assert query["db.query.text"].startswith("SELECT id FROM thing WHERE title = ")
    assert query["db.system.name"] in ("sqlite", "postgresql")
    assert collector.span("GET").attributes["url.full"].endswith("/thing")
    assert "zebra" not in repr(collector.spans())


def test_it_has_the_user_and_no_secret(traced_app, collector, alice):
    made = traced_app()
    browser = Browser(made.test_client())
    browser.submit("/auth/login", {"email": alice.email, "password": PASSWORD})
    browser.get("/members")
    assert collector.span("GET /members").attributes["user.id"] == str(alice.id)
    spans = repr(collector.spans())
    for hidden in (PASSWORD, alice.email, "argon2", *(value for _, value in browser.cookies())):
        assert hidden not in spans


def test_it_names_the_declared_list(traced_app, collector, carol):
    browser = open_session(traced_app(), carol)
    browser.get("/admin/users/")
    browser.get("/admin/audit/4711")
    span = collector.span("GET /admin/users/").attributes
    assert span["http.route"] == "/admin/users/"
    assert (
        collector.span("GET /admin/audit/<int:id>").attributes["http.response.status_code"] == 404
    )


def test_it_marks_what_failed(traced_app, collector):
    made = traced_app(LOG_LEVEL="CRITICAL")
    assert Browser(made.test_client()).get("/broken/x").status_code == 500
    span = collector.span("GET /broken/<token>")
    assert span.failed
    assert span.attributes["http.response.status_code"] == 500
    assert "as a bug would" not in repr(collector.spans())
    with pytest.raises(ZeroDivisionError), tracing.job("digest", {}):
        raise ZeroDivisionError("zebra")
    with tracing.job("export", {}):
        tracing.failed(ZeroDivisionError("zebra"))
    for job in collector.span("digest"), collector.span("export"):
        assert (job.failed, job.attributes["error.type"]) == (True, "ZeroDivisionError")
    assert "zebra" not in repr(collector.spans())


def test_it_names_no_address_that_leads_nowhere(traced_app, collector):
    client = traced_app().test_client()
    client.get("/chosen-by-a-visitor")
    client.open("/", method="CHOSEN")
    assert [span.name for span in collector.spans()] == ["GET", "_OTHER"]


@pytest.mark.parametrize(("proxies", "is_kept"), [(0, False), (1, True)])
def test_it_goes_on_from_a_proxy_not_from_a_visitor(proxies, is_kept, traced_app, collector):
    made = traced_app(TRUSTED_PROXIES=proxies)
    made.test_client().get("/", headers=TRACEPARENT | {"X-Forwarded-For": "203.0.113.7"})
    [span] = [span for span in collector.spans() if span.kind == "SERVER"]
    assert ((span.trace, span.parent) == (TRACE, PARENT)) == is_kept
    assert is_kept or span.parent == ""


def test_its_id_is_on_the_lines_of_the_log(traced_app, collector, lines):
    client = traced_app().test_client()
    lines()
    client.get("/nowhere")
    [line] = [line for line in lines() if line["event"] == "request"]
    assert line["trace_id"] == collector.span("GET").trace
    assert "trace_id" not in logs.context()


def test_it_leaves_out_health(traced_app, collector):
    client = traced_app().test_client()
    for path in ("/livez", "/readyz", "/metrics", "/"):
        client.get(path)
    assert [span.name for span in collector.spans() if span.kind == "SERVER"] == ["GET /"]


def test_its_share_is_chosen_by_the_environment(traced_app, collector, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    made = traced_app()
    made.test_client().get("/far/7")
    assert collector.spans() == []
