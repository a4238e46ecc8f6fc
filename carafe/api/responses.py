"""Responses in the OpenAPI document that describe problems: what can go wrong, by status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from carafe.api.problem_types import PROBLEM_TYPES
from carafe.database.aliases import JSONObject

PROBLEM = "application/problem+json"
EXAMPLE_SITE = "https://example.com"
# What can happen to any request, to one with a body, and to one that changes a row.
COMMON = (
    "authentication-required",
    "invalid-token",
    "insufficient-scope",
    "access-denied",
    "not-acceptable",
    "length-required",
    "too-large",
    "rate-limited",
    "header-too-large",
    "internal-error",
    "unavailable",
)
WRITE = ("invalid-csrf-token",)
KEY = "invalid-idempotency-key", "request-in-progress", "key-reused"
BODY = "invalid-json", "unsupported-media-type", "invalid-fields"
CHANGE = "not-found", "conflict", "precondition-failed", "precondition-required"
PREFIX, SEPARATOR = "#/components/responses/", "-or-"
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "description": "The URL of a page about the problem. It's stable.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": ["string", "null"], "description": "What happened, for people."},
        "request_id": {"type": ["string", "null"], "description": "Where logs tell more."},
        "errors": {
            "type": "array",
            "description": "Each value that isn't accepted.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "JSON pointer to the value."},
                    "parameter": {"type": "string", "description": "Its name in the URL."},
                },
            },
        },
    },
}
RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}
}
HEADERS = {
    "request-in-progress": RETRY_AFTER,
    "rate-limited": RETRY_AFTER,
    "unavailable": RETRY_AFTER,
}


def problems(ids: Iterable[str]) -> JSONObject:
    """Return the responses for these problems and for those that all operations have, by status."""
    by_status: dict[str, list[str]] = {}
    for id in dict.fromkeys((*ids, *COMMON)):
        by_status.setdefault(str(PROBLEM_TYPES[id].status), []).append(id)
    return {
        status: {"$ref": PREFIX + SEPARATOR.join(sorted(ids))}
        for status, ids in sorted(by_status.items())
    }


def add_components(document: JSONObject) -> None:
    """Add the responses to which operations refer."""
    operations = [op for path in document["paths"].values() for op in path.values()]
    responses = [
        response
        for operation in operations
        if isinstance(operation, dict)
        for response in operation["responses"].values()
    ]
    names = {response["$ref"].removeprefix(PREFIX) for response in responses if "$ref" in response}
    document["components"]["responses"] = {name: _response(name) for name in sorted(names)}


def _response(name: str) -> JSONObject:
    ids = name.split(SEPARATOR)
    types = "|".join(ids)
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {
                "properties": {
                    "type": {"pattern": f"/api/problems/({types})$"},
                    "status": {"const": PROBLEM_TYPES[ids[0]].status},
                }
            },
        ]
    }
    titles = [PROBLEM_TYPES[id].title for id in ids]
    headers: Mapping[str, Any] = {k: v for id in ids for k, v in HEADERS.get(id, {}).items()}
    return {
        "description": " or ".join(
            [titles[0], *(title[0].lower() + title[1:] for title in titles[1:])]
        ),
        "content": {PROBLEM: {"schema": schema, "examples": {id: _example(id) for id in ids}}},
    } | ({"headers": headers} if headers else {})


def _example(id: str) -> JSONObject:
    problem = PROBLEM_TYPES[id]
    value: dict[str, object] = {
        "type": f"{EXAMPLE_SITE}/api/problems/{id}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.description.partition(". ")[0].rstrip(".") + ".",
        "request_id": "3f1c2a445b0d4c57",
    }
    if id == "invalid-fields":
        value["errors"] = [{"detail": "Missing data for required field.", "pointer": "#/title"}]
    if id == "invalid-parameter":
        invalid = {"detail": "Use a number from 1 to 100.", "parameter": "limit"}
        value["errors"] = [invalid | {"pointer": "#/query/limit"}]
    return {"summary": problem.title, "value": value}
