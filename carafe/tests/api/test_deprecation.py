"""Operations that will be removed say so, and count who still calls them."""

from datetime import UTC, date, datetime

import pytest

from carafe import api
from carafe.api import openapi
from carafe.api.document import operations
from carafe.auth.models import ApiToken
from carafe.database import db
from carafe.testing.api import ApiClient
from carafe.testing.apps import another_app

SINCE, SUNSET = date(2026, 1, 31), date(2527, 1, 31)


def describe():
    schema = {"type": "object", "properties": {"old": {"type": "boolean"}}}
    content = {"application/json": {"schema": schema, "example": {"old": True}}}
    return {"summary": "Get it", "responses": {"200": {"description": "It", "content": content}}}


@pytest.fixture
def site(application):
    with another_app(application) as made:
        blueprint = api.Blueprint("old", __name__)
        for name, sunset in (("read", SUNSET), ("gone", SINCE)):
            blueprint.operation(
                "GET",
                f"/old/{name}",
                f"old.{name}",
                scope="me:read",
                document=describe,
                deprecated=api.Deprecation(SINCE, sunset, "api_me.read"),
            )(lambda: {"old": True})
        api.add_blueprint(made, blueprint)
        yield made


@pytest.fixture
def client(app, site, alice):
    with app.app_context():
        prefix = app.config["API_TOKEN_PREFIX"]
        _, text = ApiToken.issue(alice, "Old script", {"me:read"}, prefix=prefix)
        db.session.commit()
    return ApiClient(site.test_client(), text)


def test_it_says_since_when_and_until_when(client):
    answer = client.get("/old/read")
    assert answer.status_code == 200
    assert answer.headers["Deprecation"] == f"@{int(datetime(2026, 1, 31, tzinfo=UTC).timestamp())}"
    assert answer.headers["Sunset"] == "Fri, 31 Jan 2527 00:00:00 GMT"
    links = ", ".join(answer.headers.getlist("Link"))
    assert 'rel="deprecation"' in links
    assert '/api/v1/me>; rel="successor-version"' in links
    assert "Deprecation" not in client.get("/me").headers


def test_it_counts_calls_by_token(site, client, alice):
    for _ in range(3):
        client.get("/old/read")
    output = site.test_cli_runner().invoke(args=["deprecated-calls"]).output
    assert "old.read: 3 times" in output
    assert f"“Old script” of {alice.email}" in output


def test_nobody_may_have_called_any(app):
    output = app.test_cli_runner().invoke(args=["deprecated-calls"]).output
    assert output == "Nobody has called a deprecated operation.\n"


def test_from_the_sunset_on_it_is_gone(client):
    answer = client.get("/old/gone")
    assert answer.status_code == 410
    assert answer.json["type"].endswith("/api/problems/gone")


def test_the_document_marks_it(site):
    with site.app_context():
        [operation] = [o for o in operations(openapi.document()) if o["operationId"] == "old.read"]
    assert operation["deprecated"] is True
    assert "410" in operation["responses"]
