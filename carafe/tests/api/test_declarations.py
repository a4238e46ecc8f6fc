"""What a declaration makes of a model, and declarations that can't work."""

from datetime import date

import pytest

from carafe import api
from carafe.auth.models import ApiToken
from carafe.config import ConfigError
from carafe.database import db
from carafe.testing.api import ApiClient
from carafe.testing.apps import another_app
from carafe.testing.clock import later
from carafe.testing.sessions import open_session
from carafe.tests.site.models import Thing


@pytest.fixture
def site(application):
    with another_app(application, WEBHOOKS=False) as made:
        yield made


@pytest.fixture
def declare(site, alice):
    """Return a function that declares the API of things, and returns a program that uses it."""

    def declare(**options):
        api.add(site, Thing, **{"owner": "user_id", **options})
        with site.app_context():
            prefix = site.config["API_TOKEN_PREFIX"]
            scopes = {"things:read", "things:write"}
            _, text = ApiToken.issue(alice, "Program", scopes, prefix=prefix)
            db.session.commit()
        return ApiClient(site.test_client(), text)

    return declare


@pytest.mark.parametrize(
    ("options", "problem", "remedy"),
    [
        ({"fields": ["titel"]}, "no attribute titel", "title"),
        ({"fields": ["title"], "read_only": ["title"]}, "in fields as well", "Use one"),
        ({"fields": [], "sort": ["title"]}, "no index begins with title", "Index("),
        ({"fields": [], "order": "title"}, "title isn't in sort", "Add it there"),
        ({"fields": [], "operations": ["read", "fetch"]}, "unknown: fetch", "list, create"),
        ({"fields": [], "owner": ""}, "anyone could use this", "permissions for"),
        ({"fields": [], "owner": "owner_id"}, "no attribute owner_id", "user_id"),
        ({"fields": [], "filters": ["color"]}, "no attribute color", "Use one of"),
        ({"fields": [], "search": ["texts"]}, "no attribute texts", "Use one of"),
    ],
)
def test_what_cannot_work_is_refused_with_the_remedy(declare, options, problem, remedy):
    with pytest.raises(ConfigError) as refusal:
        declare(**options)
    assert problem in str(refusal.value)
    assert remedy in str(refusal.value)


def test_values_that_contradict_other_rows_are_a_conflict(declare):
    client = declare(fields=["title", "submission"])
    body = {"title": "One", "submission": "same"}
    assert client.post("/things", body).status_code == 201
    answer = client.post("/things", body | {"title": "Two"})
    assert answer.status_code == 409
    assert answer.json["type"].endswith("/api/problems/conflict")
    [only] = client.get("/things").json["items"]
    assert only["title"] == "One"
    other = client.post("/things", {"title": "Two", "submission": "other"}).json
    path = f"/things/{other['id']}"
    assert client.change("PATCH", path, {"submission": "same"}).status_code == 409
    assert client.get(path).json["submission"] == "other"


def test_a_batch_has_the_rules_of_what_it_contains(declare, site, alice):
    past = api.Deprecation(date(2026, 1, 1), date(2026, 2, 1))
    client = declare(
        fields=["title"], permissions={"delete": "things.delete"}, deprecated={"replace": past}
    )
    thing = client.post("/things", {"title": "One"}).json
    change = {"id": thing["id"], "if_match": "*"}
    for operation, pointer in [
        ({"method": "delete", **change}, "#/operations/0"),
        ({"method": "replace", **change, "body": {"title": "Two"}}, "#/operations/0"),
    ]:
        answer = client.post("/things:batch", {"operations": [operation]})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["pointer"] == pointer
    assert client.get(f"/things/{thing['id']}").json["title"] == "One"
    patch = {"method": "patch", **change, "body": {"title": "Two"}}
    assert client.post("/things:batch", {"operations": [patch]}).status_code == 200


def test_a_batch_needs_the_proof_that_an_operation_needs(declare, site, alice):
    declare(fields=["title"], fresh_login=["delete"])
    browser = open_session(site, alice)
    headers = {"X-CSRFToken": browser.token()}
    later(site, minutes=11)

    def send(operation):
        body = {"operations": [operation]}
        return browser.client.post("/api/v1/things:batch", json=body, headers=headers)

    [result] = send({"method": "create", "body": {"title": "One"}}).json["results"]
    answer = send({"method": "delete", "id": result["id"], "if_match": "*"})
    assert answer.status_code == 422
    assert "Confirm" in answer.json["errors"][0]["detail"]
