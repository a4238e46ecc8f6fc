"""The OpenAPI description of declared resources: parameters, bodies, responses, and examples."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from marshmallow import Schema

from carafe.api.batches import MAX_OPERATIONS, BatchSchema
from carafe.api.bodies import JSON, MERGE_PATCH
from carafe.api.paging import MAX_COUNT
from carafe.api.parameters import parameters
from carafe.api.resource import Resource
from carafe.api.responses import BODY, CHANGE, EXAMPLE_SITE, KEY, WRITE, problems
from carafe.database.aliases import JSONObject

if TYPE_CHECKING:  # startup doesn't need it
    from apispec.core import Components

PROBLEMS = {
    "list": ("invalid-parameter", "invalid-cursor", "precondition-failed"),
    "create": (*WRITE, *KEY, *BODY, "conflict"),
    "read": ("not-found", "precondition-failed"),
    "replace": (*WRITE, *KEY, *BODY, *CHANGE),
    "patch": (*WRITE, *KEY, *BODY, *CHANGE),
    "delete": (*WRITE, *KEY, *CHANGE),
    "batch": (*WRITE, *KEY, *BODY, "batch-failed"),
}
SUMMARIES = {
    "list": "List {noun}s",
    "create": "Create {article} {noun}",
    "read": "Get {article} {noun}",
    "replace": "Replace {article} {noun}",
    "patch": "Change {article} {noun}",
    "delete": "Delete {article} {noun}",
    "batch": "Change several {noun}s at once",
}
DESCRIPTIONS = {
    "list": "Follow `next` to get the rest, until it's `null`.",
    "create": "With an `Idempotency-Key`, you can repeat a request whose response got lost.",
    "replace": "What the body leaves out gets its default.",
    "patch": "A merge patch (RFC 7396): what the body leaves out stays as it is, and `null` "
    "removes a value.",
    "batch": f"All of up to {MAX_OPERATIONS} operations are carried out, or none. With `dry_run`, "
    "they are only checked; the IDs of rows that would be created aren't final.",
}
ETAG = {"ETag": {"description": "The version of the content.", "schema": {"type": "string"}}}
LOCATION = {"Location": {"description": "Its URL.", "schema": {"type": "string"}}}
COUNT = {
    "type": "object",
    "description": f"The number of all rows, if `count` is true: exact up to {MAX_COUNT:,}.",
    "required": ["value", "exact"],
    "properties": {
        "value": {"type": "integer", "examples": [137]},
        "exact": {"type": "boolean", "examples": [True]},
    },
}
NOT_MODIFIED = {"304": {"description": "Not modified"}}


def describe(resource: Resource, operation: str) -> JSONObject:
    """Return the OpenAPI operation object."""
    noun = noun_of(resource)
    article = "an" if noun[0] in "aeiouA" else "a"
    document: JSONObject = {
        "summary": SUMMARIES[operation].format(noun=noun, article=article),
        "parameters": list(parameters(resource, operation)),
        "responses": {**_success(resource, operation), **problems(PROBLEMS[operation])},
    }
    if operation in DESCRIPTIONS:
        document["description"] = DESCRIPTIONS[operation]
    if operation in ("create", "replace", "patch"):
        document["requestBody"] = _body(resource, operation)
    if operation == "batch":
        document["requestBody"] = body_of(BatchSchema)
    return document


def noun_of(resource: Resource) -> str:
    return resource.noun.replace("api ", "API ")


def add_schemas(components: Components, resource: Resource) -> None:
    """Add the schemas of a row as it's sent, created or replaced, and patched."""
    name = _name(resource)
    sent = {field.name: copy(field.schema) for field in resource.all_fields}
    for schema in sent.values():
        schema.required = True  # all members are always there
    components.schema(name, schema=Schema.from_dict(dict(sent), name=name))
    if {"create", "replace"} & {*resource.operations}:
        components.schema(f"{name}Input", schema=resource.input_schema)
    if "patch" in resource.operations:
        components.schema(f"{name}Patch", schema=resource.input_schema_class(partial=True))


def _name(resource: Resource) -> str:
    return resource.noun.title().replace(" ", "")


def _success(resource: Resource, operation: str) -> JSONObject:
    row = {"$ref": f"#/components/schemas/{_name(resource)}"}
    if operation == "delete":
        return {"204": {"description": "Deleted"}}
    if operation == "batch":
        return _batch_success(row)
    if operation == "list":
        url = f"{EXAMPLE_SITE}/api/v1/{resource.name}?cursor=WzcsN10%3D.c2lnbmF0dXJl"
        following = {"type": ["string", "null"], "format": "uri", "examples": [url]}
        page = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": {"type": "array", "items": row},
                "next": following,
                "count": COUNT,
            },
        }
        return {
            "200": {"description": "A page", "content": {JSON: {"schema": page}}, "headers": ETAG},
            **NOT_MODIFIED,
        }
    content = {"content": {JSON: {"schema": row}}, "headers": ETAG}
    if operation == "create":
        return {"201": {"description": "Created", **content, "headers": ETAG | LOCATION}}
    success = {"200": {"description": f"The {resource.noun} as it is now", **content}}
    return success | NOT_MODIFIED if operation == "read" else success


def _batch_success(row: JSONObject) -> JSONObject:
    result = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, "etag": {"type": "string"}, "item": row},
    }
    page = {
        "type": "object",
        "required": ["dry_run", "results"],
        "properties": {
            "dry_run": {"type": "boolean"},
            "results": {"type": "array", "items": result},
        },
    }
    description = "One result for each operation; those that delete have only the ID"
    return {"200": {"description": description, "content": {JSON: {"schema": page}}}}


def body_of(schema: type[Schema]) -> JSONObject:
    """Return the request body object for JSON with a schema."""
    return {"required": True, "content": {JSON: {"schema": schema}}}


def _body(resource: Resource, operation: str) -> JSONObject:
    types = [MERGE_PATCH, JSON] if operation == "patch" else [JSON]
    suffix = "Patch" if operation == "patch" else "Input"
    schema = {"$ref": f"#/components/schemas/{_name(resource)}{suffix}"}
    return {"required": True, "content": {type: {"schema": schema} for type in types}}
