"""The OpenAPI description of declared resources: parameters, bodies, responses, and examples."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any

from apispec.core import Components
from marshmallow import Schema

from carafe.api.bodies import JSON, MERGE_PATCH
from carafe.api.fields import ResourceField
from carafe.api.filters import operators
from carafe.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from carafe.api.problems import PROBLEM_TYPES
from carafe.api.resource import Resource

PROBLEM = "application/problem+json"
# Statuses of every operation, and of each beside its success.
COMMON = "authentication-required", "access-denied", "not-acceptable", "rate-limited", "unavailable"
BODY = "invalid-json", "too-large", "length-required", "unsupported-media-type", "invalid-fields"
CHANGE = "not-found", "conflict", "precondition-failed", "precondition-required"
PROBLEMS = {
    "list": ("invalid-parameter",),
    "create": (*BODY, "conflict"),
    "read": ("not-found",),
    "replace": (*BODY, *CHANGE),
    "patch": (*BODY, *CHANGE),
    "delete": CHANGE,
}
SUMMARIES = {
    "list": "List {noun}s",
    "create": "Create a {noun}",
    "read": "Get a {noun}",
    "replace": "Replace a {noun}",
    "patch": "Change a {noun}",
    "delete": "Delete a {noun}",
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Any unique text. The same request with the same key has one effect, and gets "
    "the same response for 24 hours.",
    "schema": {"type": "string", "maxLength": 255},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The `ETag` of what you read, or `*`.",
    "schema": {"type": "string"},
}


def describe(resource: Resource, operation: str) -> dict[str, Any]:
    """Return the OpenAPI operation object."""
    document: dict[str, Any] = {
        "summary": SUMMARIES[operation].format(noun=resource.noun),
        "operationId": f"{resource.name}.{operation}",
        "security": [{"token": [resource.scope(operation)]}, {"session": []}],
        "parameters": list(_parameters(resource, operation)),
        "responses": {**_success(resource, operation), **problems(PROBLEMS[operation])},
    }
    if operation in ("create", "replace", "patch"):
        document["requestBody"] = _body(resource, operation)
    return document


def problems(ids: Iterable[str]) -> dict[str, Any]:
    """Return the response objects of these problems and of those that all operations have."""
    by_status: dict[str, list[str]] = {}
    for id in (*ids, *COMMON):
        problem = PROBLEM_TYPES[id]
        by_status.setdefault(str(problem.status), []).append(problem.title)
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": " or ".join(dict.fromkeys(titles)), "content": content}
        for status, titles in by_status.items()
    }


def add_schemas(components: Components, resource: Resource) -> None:
    """Add the schemas of a row as it's sent, created or replaced, and patched."""
    name = _name(resource)
    sent = {field.name: copy(field.schema) for field in resource.all_fields}
    for schema in sent.values():
        schema.required = True  # all members are always there
    components.schema(name, schema=Schema.from_dict(dict(sent), name=name))
    components.schema(f"{name}Input", schema=resource.input_schema)
    components.schema(f"{name}Patch", schema=resource.input_schema_class(partial=True))


def _name(resource: Resource) -> str:
    return resource.noun.title().replace(" ", "")


def _parameters(resource: Resource, operation: str) -> Iterable[dict[str, Any]]:
    if operation in ("replace", "patch", "delete"):
        yield IF_MATCH
    if operation in ("create", "replace", "patch", "delete"):
        yield KEY
    if operation != "list":
        return
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    yield _query("limit", "How many to return at most.", limit)
    yield _query("cursor", "From `next` of the page before.", {"type": "string"})
    orders = [sign + name for name in resource.sort_keys for sign in ("", "-")]
    order = {"type": "string", "enum": orders, "default": resource.order}
    yield _query("sort", "The order; with `-`, descending.", order)
    if resource.search:
        text = f"Only those whose {' or '.join(resource.search)} contains this."
        yield _query("q", text, {"type": "string", "maxLength": 200})
    for field in resource.filter_fields:
        for operator in operators(field):
            yield _filter(field, operator)


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _filter(field: ResourceField, operator: str) -> dict[str, Any]:
    name = f"{field.name}.{operator}" if operator else field.name
    texts = {
        "": "equal to this",
        "in": "one of these, separated by commas",
        "gt": "greater than this",
        "gte": "at least this",
        "lt": "less than this",
        "lte": "at most this",
        "null": "absent (`true`) or present (`false`)",
    }
    schema = {"type": "boolean"} if operator == "null" else {"type": "string"}
    return _query(name, f"Only those whose {field.name} is {texts[operator]}.", schema)


def _success(resource: Resource, operation: str) -> dict[str, Any]:
    row = {"$ref": f"#/components/schemas/{_name(resource)}"}
    etag = {"ETag": {"description": "The version of the content.", "schema": {"type": "string"}}}
    if operation == "delete":
        return {"204": {"description": "Deleted"}}
    if operation == "list":
        following = {"type": ["string", "null"], "format": "uri"}
        page = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {"items": {"type": "array", "items": row}, "next": following},
        }
        return {
            "200": {"description": "A page", "content": {JSON: {"schema": page}}, "headers": etag},
            "304": {"description": "Not modified"},
        }
    content = {"content": {JSON: {"schema": row}}, "headers": etag}
    if operation == "create":
        location = {"Location": {"description": "Its URL.", "schema": {"type": "string"}}}
        return {"201": {"description": "Created", **content, "headers": etag | location}}
    answers: dict[str, Any] = {"200": {"description": "The row as it is now", **content}}
    return answers | ({"304": {"description": "Not modified"}} if operation == "read" else {})


def body_of(schema: type[Schema]) -> dict[str, Any]:
    """Return the request body object for JSON with a schema."""
    return {"required": True, "content": {JSON: {"schema": schema}}}


def _body(resource: Resource, operation: str) -> dict[str, Any]:
    types = [MERGE_PATCH, JSON] if operation == "patch" else [JSON]
    suffix = "Patch" if operation == "patch" else "Input"
    schema = {"$ref": f"#/components/schemas/{_name(resource)}{suffix}"}
    return {"required": True, "content": {type: {"schema": schema} for type in types}}
