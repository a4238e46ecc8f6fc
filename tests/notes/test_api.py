"""Notes through the API."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from carafe.database import db
from carafe.testing.api import ApiClient
from carafe.testing.races import at_once
from carafe.time import now

OLD = datetime(2026, 1, 1, tzinfo=UTC)


def test_it_creates_reads_changes_and_deletes(alice, use_api):
    client = use_api(alice)
    created = client.post("/notes", {"title": "Roof", "body": "two offers"})
    assert created.status_code == 201
    path = f"/notes/{created.json['id']}"
    assert created.headers["Location"].endswith(f"/api/v1{path}")
    assert client.change("PATCH", path, {"title": "Attic"}).json["body"] == "two offers"
    assert client.change("PUT", path, {"title": "Cellar"}).json["body"] == ""
    assert client.get(path).json["title"] == "Cellar"
    assert client.change("DELETE", path).status_code == 204
    assert client.get(path).status_code == 404


def test_a_note_can_be_sent_back_as_it_was_read(alice, use_api, write):
    [id] = write(alice, "Roof")
    client = use_api(alice)
    note = client.get(f"/notes/{id}").json | {"title": "Attic"}
    assert client.change("PUT", f"/notes/{id}", note).json["title"] == "Attic"
    note = client.get(f"/notes/{id}").json
    other = client.change("PUT", f"/notes/{id}", note | {"id": id + 1})
    assert other.status_code == 422
    assert other.json["errors"] == [{"detail": "This can't be changed.", "pointer": "#/id"}]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"#/title"}),
        ({"title": ""}, {"#/title"}),
        ({"title": "x" * 201}, {"#/title"}),
        ({"title": None}, {"#/title"}),
        ({"title": 5, "body": []}, {"#/title", "#/body"}),
        ({"title": "Roof", "a/b~c": 1}, {"#/a~1b~0c"}),
        ({"title": "\0"}, {"#/title"}),
        ({"title": "\ud800"}, {"#/title"}),
    ],
)
def test_invalid_fields_are_named(alice, use_api, stored, body, pointers):
    answer = use_api(alice).post("/notes", body)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json["errors"]} == pointers
    assert answer.json["type"].endswith("/api/problems/invalid-fields")
    assert stored() == []


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"title": NaN}', "[" * 100_000, b"\xff"])
def test_what_is_no_json_object_is_refused(alice, use_api, stored, body):
    options = {"data": body, "content_type": "application/json"}
    answer = use_api(alice).request("POST", "/notes", **options)
    assert answer.status_code == 400
    assert answer.json["type"].endswith("/api/problems/invalid-json")
    assert stored() == []


def test_other_types_are_refused(alice, use_api, write):
    [id] = write(alice, "Roof")
    client = use_api(alice)
    answer = client.request("POST", "/notes", data="title=Roof", content_type="text/plain")
    assert (answer.status_code, answer.headers["Accept"]) == (415, "application/json")
    answer = client.request("PATCH", f"/notes/{id}", data="x", content_type="text/plain")
    assert answer.status_code == 415
    assert "application/merge-patch+json" in answer.headers["Accept-Patch"]
    assert client.get("/notes", headers={"Accept": "text/html"}).status_code == 406


def test_notes_of_others_do_not_exist(alice, bob, use_api, write, stored):
    [id] = write(alice, "Roof")
    client = use_api(bob)
    assert client.get("/notes").json == {"items": [], "next": None}
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = client.request(
            method,
            f"/notes/{id}",
            json={"title": "x"} if method != "GET" else None,
            headers={"If-Match": "*"},
        )
        assert answer.status_code == 404, method
    assert stored() == [("Roof", "", 1)]


def test_nobody_overwrites_what_they_have_not_seen(alice, use_api, write, stored):
    [id] = write(alice, "Roof")
    client = use_api(alice)
    etag = client.get(f"/notes/{id}").headers["ETag"]
    client.change("PATCH", f"/notes/{id}", {"title": "Attic"})
    for method in ("PUT", "PATCH", "DELETE"):
        body = {"title": "Cellar"}
        assert client.request(method, f"/notes/{id}", json=body).status_code == 428
        answer = client.request(method, f"/notes/{id}", json=body, headers={"If-Match": etag})
        assert answer.status_code == 412
        weak = {"If-Match": f"W/{client.get(f'/notes/{id}').headers['ETag']}"}
        assert client.request(method, f"/notes/{id}", json=body, headers=weak).status_code == 412
    assert [title for title, *_ in stored()] == ["Attic"]


def test_what_is_unchanged_is_not_sent_again(alice, use_api, write):
    [id] = write(alice, "Roof")
    client = use_api(alice)
    for path in ("/notes", f"/notes/{id}"):
        etag = client.get(path).headers["ETag"]
        answer = client.get(path, headers={"If-None-Match": etag})
        assert (answer.status_code, answer.data) == (304, b"")


def test_long_responses_are_compressed(alice, use_api, write, sign_in):
    [id] = write(alice, "Roof", body="Half of it can wait. " * 100)
    client, path, accept = use_api(alice), f"/notes/{id}", {"Accept-Encoding": "gzip"}
    plain, packed = client.get(path), client.get(path, headers=accept)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 4
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in plain.vary
    for etag in (plain.headers["ETag"], packed.headers["ETag"]):
        unchanged = client.get(path, headers=accept | {"If-None-Match": etag})
        assert unchanged.status_code == 304
    etag = {"If-Match": packed.headers["ETag"]}
    assert client.request("PATCH", path, json={"title": "Attic"}, headers=etag).status_code == 200
    assert client.request("PATCH", path, json={"title": "x"}, headers=etag).status_code == 412
    # Other sites can make browsers send their cookies, and measure what comes back.
    page = sign_in(alice).get(f"/api/v1{path}", headers=accept)
    assert "Content-Encoding" not in page.headers


def test_a_walk_misses_nothing_while_others_write(alice, use_api, write):
    ids = write(alice, *(f"Note {n}" for n in range(9)), at=OLD)  # all at the same time
    client = use_api(alice)
    for sort in ("updated_at", "-updated_at", "id", "-id"):
        seen, url = [], f"/notes?limit=2&sort={sort}"
        while url:
            answer = client.get(url)
            seen += [note["id"] for note in answer.json["items"]]
            url = answer.json["next"]
            added = client.post("/notes", {"title": "Meanwhile"})
            if len(seen) == 4:
                client.change("DELETE", f"/notes/{added.json['id']}")
        kept = [id for id in seen if id in ids]
        assert kept == (sorted(ids, reverse=sort.startswith("-")))
        assert len(seen) == len({*seen})


def test_it_counts_if_asked_to(alice, bob, use_api, write, monkeypatch):
    write(alice, "One", "Two", "Three")
    write(bob, "Four")
    client = use_api(alice)
    answer = client.get("/notes?count=true&limit=1&title.in=One,Two").json
    assert answer["count"] == {"value": 2, "exact": True}
    assert "count" not in client.get(answer["next"]).json
    monkeypatch.setattr("carafe.api.paging.MAX_COUNT", 2)
    with_all = client.get("/notes?count=true&sort=id").json
    assert with_all["count"] == {"value": 2, "exact": False}
    assert client.get("/notes?count=yes").status_code == 400


def test_a_cursor_belongs_to_one_list(alice, bob, use_api, write):
    write(alice, "One", "Two")
    write(bob, "Three", "Four")
    url = use_api(alice).get("/notes?limit=1").json["next"]
    for client, wrong in [
        (use_api(bob), url),
        (use_api(alice), f"{url}&sort=id"),
        (use_api(alice), f"{url}x"),
        (use_api(alice), "/notes?cursor="),
    ]:
        answer = client.get(wrong)
        assert answer.status_code == 400
        assert answer.json["type"].endswith("/api/problems/invalid-cursor")


def test_it_filters(alice, use_api, write):
    write(alice, "Old", at=OLD)
    write(alice, "New", at=OLD + timedelta(days=2))
    write(alice, "Newer", at=OLD + timedelta(days=3))
    client = use_api(alice)

    def titles(query):
        return {note["title"] for note in client.get(f"/notes?{query}").json["items"]}

    assert titles("title=New") == {"New"}
    assert titles("title.in=New,Old") == {"New", "Old"}
    assert titles("created_at.gte=2026-01-03T00:00:00Z") == {"New", "Newer"}
    assert titles("created_at.gt=2026-01-03T00:00:00Z&created_at.lt=2026-02-01T00:00:00Z") == {
        "Newer"
    }
    assert titles("q=ew") == {"New", "Newer"}


@pytest.mark.parametrize(
    "query", ["color=red", "title.like=x", "created_at.gte=soon", "sort=body", "limit=0", "limit=x"]
)
def test_unknown_parameters_are_refused_by_name(alice, use_api, query):
    answer = use_api(alice).get(f"/notes?{query}")
    assert answer.status_code == 400
    assert answer.json["errors"][0]["parameter"] == query.partition("=")[0]


def test_a_request_sent_twice_with_one_key_has_one_effect(alice, bob, use_api, stored):
    client, key = use_api(alice), {"Idempotency-Key": '"k1"'}
    first = client.post("/notes", {"title": "Roof"}, headers=key)
    again = client.post("/notes", {"title": "Roof"}, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    other = client.post("/notes", {"title": "Attic"}, headers=key)
    assert other.status_code == 422
    assert other.json["type"].endswith("/api/problems/key-reused")
    assert use_api(bob).post("/notes", {"title": "Roof"}, headers=key).status_code == 201
    assert len(stored()) == 2


def test_of_many_requests_with_one_key_one_has_an_effect(alice, use_api, stored):
    key = {"Idempotency-Key": "k1"}
    client = use_api(alice)

    def post():
        own = ApiClient(client.client.application.test_client(), client.token)
        return own.post("/notes", {"title": "Roof"}, headers=key)

    answers = at_once([post] * 20)
    assert len(stored()) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.data for answer in answers if answer.status_code == 201}) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert int(answer.headers["Retry-After"]) >= 1


class KilledError(BaseException):
    """The process ends."""


def test_what_was_committed_is_answered_after_a_crash(alice, use_api, stored, monkeypatch):
    client, key = use_api(alice), {"Idempotency-Key": "k1"}

    def commit_and_die(response):
        db.session.commit()
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr("carafe.api.idempotency._commit", commit_and_die)
        with pytest.raises(KilledError):
            client.post("/notes", {"title": "Roof"}, headers=key)
    assert len(stored()) == 1
    answer = client.post("/notes", {"title": "Roof"}, headers=key)
    assert answer.status_code == 201
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert len(stored()) == 1


def test_a_request_that_failed_can_be_repeated(alice, use_api, stored):
    client, key = use_api(alice), {"Idempotency-Key": "k1"}
    assert client.post("/notes", {"title": ""}, headers=key).status_code == 422
    assert client.post("/notes", {"title": "Roof"}, headers=key).status_code == 201
    assert len(stored()) == 1


def test_a_token_does_what_it_was_given(alice, use_api, write):
    [id] = write(alice, "Roof")
    client = use_api(alice, "notes:read")
    assert client.get(f"/notes/{id}").status_code == 200
    answer = client.change("DELETE", f"/notes/{id}")
    assert answer.status_code == 403
    assert answer.json["type"].endswith("/api/problems/insufficient-scope")
    assert 'scope="notes:write"' in answer.headers["WWW-Authenticate"]


def test_an_unconfirmed_user_may_read_only(erin, use_api):
    client = use_api(erin)
    assert client.get("/notes").status_code == 200
    assert client.post("/notes", {"title": "Roof"}).status_code == 403


def test_expired_tokens_open_nothing(alice, use_api):
    answer = use_api(alice, expires_at=now() - timedelta(seconds=1)).get("/notes")
    assert answer.status_code == 401
    assert "expired" in answer.json["detail"]


def test_a_token_works_from_its_networks(alice, use_api):
    assert use_api(alice, networks="127.0.0.0/8").get("/notes").status_code == 200
    assert use_api(alice, networks="192.0.2.0/24").get("/notes").status_code == 401


def test_tokens_of_suspended_users_open_nothing(dave, use_api):
    assert use_api(dave).get("/notes").status_code == 401
