"""Every operation of the API, requested by everyone who must not get through.

New operations are included automatically.
"""

import pytest

from carafe.database import db
from carafe.testing.clock import later
from carafe.testing.routes import operations
from carafe.testing.rows import THEIRS, plant

BODY = {"title": "x"}


@pytest.fixture
def send(app):
    """Return a function that sends a request for an operation, with a token or none."""

    def send(route, client=None, **headers):
        if client is None:
            options = {"json": BODY} if route.changes else {}
            return app.test_client().open(route.path, method=route.method, **options)
        path = route.path.removeprefix("/api/v1")
        body = BODY if route.changes else None
        return client.request(route.method, path, json=body, headers={"If-Match": "*", **headers})

    return send


def test_each_says_who_may_use_it(app):
    scopes = {route.policy.scope for route in operations(app)}
    assert {"me:read", "tokens:write"} <= scopes
    assert not [str(route) for route in operations(app) if route.public]


def test_none_opens_without_a_token(app, send):
    for route in operations(app):
        answer = send(route)
        assert (answer.status_code, answer.mimetype) in [
            (401, "application/problem+json"),
            (400, "application/problem+json"),  # no CSRF token
        ], str(route)
        if route.method == "GET":
            assert answer.json["type"].endswith("/authentication-required"), str(route)


def test_a_session_needs_its_csrf_token(app, alice, sign_in):
    browser = sign_in(alice)
    for route in operations(app):
        if route.changes:
            answer = browser.client.open(route.path, method=route.method, json=BODY)
            assert answer.status_code == 400, str(route)
            assert answer.mimetype == "application/problem+json", str(route)


def test_what_pages_ask_a_proof_for_needs_one_here(app):
    needs = {route.endpoint for route in operations(app) if route.policy.fresh_login}
    assert {"api_tokens.create", "api_tokens.delete"} <= needs
    for route in operations(app):
        if route.permission and route.changes:
            assert route.policy.fresh_login, f"{route} changes what admins manage"
        if route.endpoint.startswith("api_webhooks.") and route.changes:
            assert route.policy.fresh_login, str(route)


@pytest.mark.any_database
def test_a_session_with_an_old_proof_is_refused(app, carol, sign_in):
    browser = sign_in(carol)
    headers = {"X-CSRFToken": browser.token(), "If-Match": "*"}
    later(app, minutes=11)
    tried = 0
    for route in operations(app):
        if route.policy.fresh_login:
            answer = browser.client.open(
                route.path, method=route.method, json=BODY, headers=headers
            )
            assert answer.status_code == 403, str(route)
            tried += 1
    assert tried


def test_each_needs_its_scope(app, carol, use_api, send):
    for route in operations(app):
        others = {r.policy.scope for r in operations(app)} - {route.policy.scope}
        answer = send(route, use_api(carol, *others))
        assert answer.status_code == 403, str(route)
        assert answer.json["type"].endswith("/insufficient-scope"), str(route)


def test_a_token_gives_no_permission_that_its_owner_lacks(app, alice, use_api, send):
    client, tried = use_api(alice), 0
    for route in operations(app):
        if route.permission:
            assert send(route, client).status_code == 403, str(route)
            tried += 1
    assert tried


def test_what_is_somebodys_is_not_there_for_others(app, alice, bob, use_api, send):
    with app.app_context():
        plant(alice.id, db.metadata.sorted_tables)
    client, tried = use_api(bob), 0
    for route in operations(app, number=THEIRS):
        if route.numbered and not route.permission:
            assert send(route, client).status_code == 404, str(route)
            tried += 1
    assert tried


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"1e999", b"\xff\xfe", b"[" * 5000])
def test_odd_bodies_break_nothing(app, carol, use_api, body):
    client = use_api(carol)
    for route in operations(app):
        if route.method in ("POST", "PUT", "PATCH"):
            answer = client.request(
                route.method,
                route.path.removeprefix("/api/v1"),
                data=body,
                content_type="application/json",
                headers={"If-Match": "*"},
            )
            assert answer.status_code in (204, 400, 404), (str(route), answer.status_code)
