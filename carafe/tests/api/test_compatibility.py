"""What a change of the API does to its clients."""

from copy import deepcopy

import pytest

from carafe.api.compatibility import compare

NOTE = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {
        "id": {"type": "integer"},
        "title": {"type": "string", "maxLength": 200},
        "state": {"type": "string", "enum": ["open", "done"]},
    },
}
INPUT = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "title": {"type": "string", "maxLength": 200},
        "body": {"type": ["string", "null"]},
        "state": {"type": "string", "enum": ["open", "done"]},
    },
}


def content(name):
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


DOCUMENT = {
    "paths": {
        "/notes": {
            "get": {
                "operationId": "notes.list",
                "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer"}}],
                "security": [{"token": ["notes:read"]}],
                "responses": {"200": content("Note"), "400": {"description": "Invalid"}},
            },
            "post": {
                "operationId": "notes.create",
                "security": [{"token": ["notes:write"]}],
                "requestBody": content("NoteInput"),
                "responses": {"201": content("Note")},
            },
        }
    },
    "components": {"schemas": {"Note": NOTE, "NoteInput": INPUT}},
}


@pytest.fixture
def change():
    """Return a function that changes a copy of the document and returns what that does."""

    def change(edit):
        new = deepcopy(DOCUMENT)
        schemas = new["components"]["schemas"]
        edit(new["paths"]["/notes"], schemas["Note"], schemas["NoteInput"])
        return [str(finding) for finding in compare(DOCUMENT, new)]

    return change


def put(target, name, value):
    target[name] = value


BREAKING = {
    "notes.list: was removed (GET /notes)": lambda path, sent, body: path.pop("get"),
    "notes.list, parameter limit: was removed": lambda path, *_: path["get"]["parameters"].clear(),
    "notes.list, parameter limit: is required now": lambda path, *_: put(
        path["get"]["parameters"][0], "required", True
    ),
    "notes.list, parameter q: is new and required": lambda path, *_: path["get"][
        "parameters"
    ].append({"in": "query", "name": "q", "required": True, "schema": {"type": "string"}}),
    "notes.list: needs the scope a instead of notes:read": lambda path, *_: put(
        path["get"], "security", [{"token": ["a"]}]
    ),
    "notes.list, response 200: was removed": lambda path, *_: path["get"]["responses"].pop("200"),
    "notes.create, request, body: was removed": lambda p, s, body: body["properties"].pop("body"),
    "notes.create, request, body: can no longer be null": lambda p, s, body: put(
        body["properties"]["body"], "type", "string"
    ),
    "notes.create, request, body: is required now": lambda p, s, body: body["required"].append(
        "body"
    ),
    "notes.create, request, color: is new and required": lambda p, s, body: (
        body["required"].append("color"),
        put(body["properties"], "color", {"type": "string"}),
    ),
    "notes.create, request, state: can no longer be 'done'": lambda p, s, body: body["properties"][
        "state"
    ]["enum"].remove("done"),
    "notes.create, request, title: has the maxLength 100, was 200": lambda p, s, body: put(
        body["properties"]["title"], "maxLength", 100
    ),
    "notes.list, response 200, state: was removed": lambda p, sent, i: sent["properties"].pop(
        "state"
    ),
    "notes.list, response 200, title: may be absent": lambda p, sent, i: sent["required"].remove(
        "title"
    ),
    "notes.list, response 200, title: can be null": lambda p, sent, i: put(
        sent["properties"]["title"], "type", ["string", "null"]
    ),
    "notes.list, response 200, id: can be string": lambda p, sent, i: put(
        sent["properties"]["id"], "type", "string"
    ),
}
COMPATIBLE = {
    "notes.read: was added (GET /notes/{id})": lambda path, *_: put(
        path, "put", {**path["get"], "operationId": "notes.read"}
    ),
    "notes.list, response 400: was removed": lambda path, *_: path["get"]["responses"].pop("400"),
    "notes.create, request, color: is new": lambda p, s, body: put(
        body["properties"], "color", {"type": "string"}
    ),
    "notes.create, request, title: is no longer required": lambda p, s, body: body[
        "required"
    ].clear(),
    "notes.create, request, title: has the maxLength 300, was 200": lambda p, s, body: put(
        body["properties"]["title"], "maxLength", 300
    ),
    "notes.list, response 200, color: is new": lambda p, sent, i: put(
        sent["properties"], "color", {"type": "string"}
    ),
    "document: descriptions, examples, or their order changed": lambda path, *_: put(
        path["get"], "summary", "List"
    ),
}


@pytest.mark.parametrize(("finding", "edit"), BREAKING.items(), ids=[*BREAKING])
def test_it_names_what_breaks_clients(change, finding, edit):
    findings = change(edit)
    assert f"breaking    {finding}" in findings
    assert findings[0].startswith("breaking")


@pytest.mark.parametrize(("finding", "edit"), COMPATIBLE.items(), ids=[*COMPATIBLE])
def test_it_names_what_does_not(change, finding, edit):
    findings = change(edit)
    assert [line for line in findings if line.startswith("breaking")] == []
    if "added" not in finding:
        assert f"compatible  {finding}" in findings


def test_nothing_changes_without_a_change(change):
    assert change(lambda *_: None) == []
