"""What a program may send each minute, and the headers that say what is left."""

import re

import pytest


@pytest.fixture(autouse=True)
def quota(app, monkeypatch):
    monkeypatch.setitem(app.config, "API_REQUESTS_PER_MINUTE", 3)


def left(answer):
    return re.fullmatch(r'"requests";r=(\d+);t=(\d+)', answer.headers["RateLimit"])


def test_each_response_says_what_is_left(alice, use_api):
    client = use_api(alice)
    for remaining in (2, 1, 0):
        answer = client.get("/me")
        assert answer.headers["RateLimit-Policy"] == '"requests";q=3;w=60'
        assert int(left(answer)[1]) == remaining
        assert 0 <= int(left(answer)[2]) <= 60


def test_a_program_that_sends_more_is_told_when_to_go_on(alice, bob, use_api):
    client = use_api(alice)
    for _ in range(3):
        assert client.get("/me").status_code == 200
    answer = client.get("/me")
    assert answer.status_code == 429
    assert answer.json["type"].endswith("/rate-limited")
    assert int(left(answer)[1]) == 0
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    # Others have quotas of their own, and so has another token of hers.
    assert use_api(bob).get("/me").status_code == 200
    assert use_api(alice).get("/me").status_code == 200


def test_errors_count_too(alice, use_api):
    client = use_api(alice)
    for path in ("/sessions/4711", "/sessions?limit=x"):
        assert client.get(path).status_code >= 400
    answer = client.get("/sessions/4711")
    assert int(left(answer)[1]) == 0
    assert client.get("/sessions").status_code == 429


def test_a_session_has_a_quota_of_its_user(alice, sign_in):
    for _ in range(3):
        assert sign_in(alice).get("/api/v1/me").status_code == 200
    assert sign_in(alice).get("/api/v1/me").status_code == 429


def test_a_client_without_a_valid_token_is_stopped(app, alice, use_api):
    headers = {"Authorization": "Bearer carafe_x"}
    answers = {app.test_client().get("/api/v1/me", headers=headers).status_code for _ in range(60)}
    assert answers == {401}
    assert app.test_client().get("/api/v1/me", headers=headers).status_code == 429
    # A valid one still works from there.
    assert use_api(alice).get("/me").status_code == 200
