"""Tokens that create and revoke tokens."""

from datetime import timedelta

from carafe.testing.clock import later
from carafe.time import now

BODY = {"name": "Backup", "scopes": ["me:read"], "days": 30}


def test_a_token_creates_none_that_lasts_longer(alice, use_api):
    client = use_api(alice, expires_at=now() + timedelta(days=60))
    assert client.post("/tokens", BODY).status_code == 201
    for days in (90, 0):
        answer = client.post("/tokens", BODY | {"days": days})
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json["errors"]] == ["#/days"]
    assert use_api(alice).post("/tokens", BODY | {"days": 0}).status_code == 201


def test_a_token_creates_none_that_works_elsewhere(alice, use_api):
    client = use_api(alice, networks="127.0.0.0/8 192.0.2.0/24")
    assert client.post("/tokens", BODY | {"networks": "192.0.2.0/24"}).status_code == 201
    for networks in ("", "198.51.100.0/24", "192.0.2.0/24, 0.0.0.0/0"):
        answer = client.post("/tokens", BODY | {"networks": networks})
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json["errors"]] == ["#/networks"]


def test_a_session_needs_a_recent_proof_to_revoke(app, alice, sign_in, use_api):
    id = use_api(alice).get("/tokens").json["items"][0]["id"]

    def revoke(browser):
        headers = {"X-CSRFToken": browser.token(), "If-Match": "*"}
        return browser.client.delete(f"/api/v1/tokens/{id}", headers=headers).status_code

    browser = sign_in(alice)
    later(app, minutes=11)
    assert revoke(browser) == 403
    assert revoke(sign_in(alice)) == 204
