"""Several changes of notes in one request: all are made, or none."""

import pytest


@pytest.fixture
def client(alice, use_api):
    return use_api(alice)


@pytest.fixture
def send(client):
    def send(*operations, **options):
        headers = options.pop("headers", {})
        return client.post("/notes:batch", {"operations": operations, **options}, headers=headers)

    return send


def create(title):
    return {"method": "create", "body": {"title": title}}


def test_it_makes_all_changes(send, client, alice, write, stored):
    kept, changed, deleted = write(alice, "Kept", "Roof", "Old")
    etag = client.get(f"/notes/{changed}").headers["ETag"].strip('"')
    answer = send(
        create("New"),
        {"method": "patch", "id": changed, "if_match": etag, "body": {"title": "Attic"}},
        {"method": "replace", "id": kept, "if_match": "*", "body": {"title": "Kept, too"}},
        {"method": "delete", "id": deleted, "if_match": "*"},
    )
    assert answer.status_code == 200
    results = answer.json["results"]
    assert [result.get("item", {}).get("title") for result in results] == [
        "New", "Attic", "Kept, too", None,
    ]  # fmt: skip
    assert {title for title, *_ in stored()} == {"Kept, too", "Attic", "New"}
    again = {"method": "delete", "id": changed, "if_match": results[1]["etag"]}
    assert send(again).status_code == 200


def test_it_makes_none_if_one_fails_and_names_each_failure(send, alice, bob, write, stored):
    [mine] = write(alice, "Roof")
    [theirs] = write(bob, "Theirs")
    before = stored()
    answer = send(
        create("New"),
        create(""),
        {"method": "patch", "id": mine, "if_match": "stale", "body": {"title": "Attic"}},
        {"method": "delete", "id": mine},
        {"method": "delete", "id": theirs, "if_match": "*"},
        {"method": "patch", "id": mine, "if_match": "*", "body": {"a/b": 1}},
    )
    assert answer.status_code == 422
    assert answer.json["type"].endswith("/batch-failed")
    assert [error["pointer"] for error in answer.json["errors"]] == [
        "#/operations/1/body/title",
        "#/operations/2",
        "#/operations/3",
        "#/operations/4",
        "#/operations/5/body/a~1b",
    ]
    assert stored() == before


def test_a_dry_run_changes_nothing(send, alice, write, stored):
    [id] = write(alice, "Roof")
    before = stored()
    delete = {"method": "delete", "id": id, "if_match": "*"}
    answer = send(create("New"), delete, dry_run=True)
    assert answer.status_code == 200
    assert answer.json["dry_run"] is True
    assert answer.json["results"][0]["item"]["title"] == "New"
    assert stored() == before
    assert send(create(""), dry_run=True).status_code == 422


def test_one_key_has_one_effect(send, stored):
    key = {"Idempotency-Key": "k1"}
    first = send(create("One"), create("Two"), headers=key)
    again = send(create("One"), create("Two"), headers=key)
    assert again.data == first.data
    assert len(stored()) == 2


@pytest.mark.parametrize(
    ("operations", "pointer"),
    [
        ([], "#/operations"),
        ([create("x")] * 101, "#/operations"),
        ([{"method": "read", "id": 1}], "#/operations/0/method"),
        ([{"method": "delete", "id": "1"}], "#/operations/0/id"),
        ([{"method": "create", "body": []}], "#/operations/0/body"),
        (["x"], "#/operations/0"),
    ],
)
def test_what_is_no_batch_is_refused_by_name(send, stored, operations, pointer):
    answer = send(*operations)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer
    assert stored() == []


def test_it_counts_toward_the_limit_of_rows(send, app, monkeypatch, stored):
    monkeypatch.setitem(app.config, "ROWS_PER_USER", 2)
    assert send(create("1"), create("2"), create("3")).status_code == 422
    assert stored() == []
    assert send(create("1"), create("2")).status_code == 200
