"""Parameters of operations in the OpenAPI document: of URLs and headers."""

from __future__ import annotations

from collections.abc import Iterable

from marshmallow import fields, validate

from carafe.api.fields import AnyField, ResourceField, Text
from carafe.api.filters import MAX_CHOICES, operators
from carafe.api.idempotency import KEY_PATTERN, MAX_KEY_LENGTH
from carafe.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from carafe.api.resource import Resource
from carafe.database.aliases import JSONObject

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Any unique text. The same request with the same key has one effect, and gets "
    "the same response for 24 hours.",
    "schema": {"type": "string", "maxLength": MAX_KEY_LENGTH, "pattern": KEY_PATTERN},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The `ETag` of what you read, or `*`.",
    "schema": {"type": "string"},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of what you have: if it's unchanged, the response is 304.",
    "schema": {"type": "string"},
}
# Schemas of values in URLs, by the type of their field.
VALUES: dict[type[AnyField], dict[str, str]] = {
    Text: {"type": "string", "pattern": Text.pattern},
    fields.Boolean: {"type": "boolean"},
    fields.Integer: {"type": "integer"},
    fields.Float: {"type": "number"},
    fields.Date: {"type": "string", "format": "date"},
    fields.DateTime: {"type": "string", "format": "date-time"},
}


def parameters(resource: Resource, operation: str) -> Iterable[JSONObject]:
    if operation in ("replace", "patch", "delete"):
        yield IF_MATCH
    if operation in ("create", "replace", "patch", "delete", "batch"):
        yield IDEMPOTENCY_KEY
    if operation in ("list", "read"):
        yield IF_NONE_MATCH
    if operation != "list":
        return
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    yield _query("limit", "How many to return at most.", limit)
    yield _query("count", "Whether to add the number of all rows.", {"type": "boolean"})
    yield _query("cursor", "From `next` of the page before.", {"type": "string"})
    orders = [sign + name for name in resource.sort_keys for sign in ("", "-")]
    order = {"type": "string", "enum": orders, "default": resource.order}
    yield _query("sort", "The order; with `-`, descending.", order)
    if resource.search:
        text = f"Only those whose {' or '.join(resource.search)} contains this."
        yield _query("q", text, {"type": "string"})
    for field in resource.filter_fields:
        for operator in operators(field):
            yield _filter(field, operator)


def _query(name: str, description: str, schema: JSONObject) -> JSONObject:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _filter(field: ResourceField, operator: str) -> JSONObject:
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
    value = {"null": {"type": "boolean"}}.get(operator) or _value(field.schema)
    parameter = _query(name, f"Only those whose {field.name} is {texts[operator]}.", value)
    if operator != "in":
        return parameter
    values = {"type": "array", "items": value, "minItems": 1, "maxItems": MAX_CHOICES}
    return parameter | {"schema": values, "style": "form", "explode": False}


def _value(schema: AnyField) -> JSONObject:
    """Return the schema of a value in a URL."""
    if isinstance(schema, fields.Enum):
        return {"type": "string", "enum": [member.value for member in schema.enum]}
    content = next(
        (VALUES[kind] for kind in VALUES if isinstance(schema, kind)), {"type": "string"}
    )
    lengths = [part.max for part in schema.validators if isinstance(part, validate.Length)]
    return {**content, "maxLength": lengths[0]} if lengths and lengths[0] else dict(content)
