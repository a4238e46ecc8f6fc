"""Examples of bodies, made from their schemas: every operation of the document has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carafe.database.aliases import JSONObject

FORMATS = {
    "date": "2026-11-30",
    "date-time": "2026-11-30T20:15:00.000000Z",
    "email": "ada@example.com",
    "uri": "https://example.com/",
    "uuid": "3f1c2a44-5b0d-4c57-9a41-6c8e2f0d7b9a",
}
# By the name of a member, where its schema says no more than that it's a text.
TEXTS = {
    "action": "note.created",
    "actor": "ada@example.com",
    "address": "192.0.2.7",
    "agent": "Firefox on Linux",
    "body": "Two offers are in.",
    "email": "ada@example.com",
    "ending": "3kQ9",
    "networks": "192.0.2.0/24",
    "queue": "default",
    "request_id": "3f1c2a445b0d4c57",
    "state": "running",
    "subject": "note:7",
    "time_zone": "Europe/London",
    "title": "A new roof",
    "url": "https://example.com/",
}
NUMBERS = {"id": 7}


def add_examples(document: Mapping[str, Any]) -> None:
    """Add an example to each JSON body of the document that has none."""
    schemas = document["components"]["schemas"]
    for path in document["paths"].values():
        for method, operation in path.items():
            if isinstance(operation, dict):
                for content in _bodies(operation):
                    if not {"example", "examples"} & content.keys():
                        content["example"] = example(content["schema"], schemas)
            if method == "patch":
                for content in operation["requestBody"]["content"].values():
                    content["example"] = dict(list(content["example"].items())[:1])


def _bodies(operation: Mapping[str, Any]) -> list[JSONObject]:
    """Return the media types of the request and of its successful responses."""
    successes = [value for status, value in operation["responses"].items() if status < "300"]
    parts = [operation.get("requestBody", {}), *successes]
    return [content for part in parts for content in part.get("content", {}).values()]


def example(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "") -> object:
    """Return a value that a schema accepts: its own example, or one made for its type."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    for keyword in ("example", "default", "const"):
        if keyword in schema:
            return schema[keyword]
    for keyword in ("examples", "enum"):
        if keyword in schema:
            return schema[keyword][0]
    if parts := schema.get("allOf"):
        values = [example(part, schemas, name) for part in parts]
        return {
            key: value for part in values if isinstance(part, dict) for key, value in part.items()
        }
    if parts := schema.get("anyOf") or schema.get("oneOf"):
        return example(parts[0], schemas, name)
    return _of_type(schema, schemas, name)


def _of_type(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str) -> object:
    kind = schema.get("type", "object")
    kind = kind if isinstance(kind, str) else kind[0]
    if kind == "object":
        members = schema.get("properties", {}).items()
        return {key: example(member, schemas, key) for key, member in members}
    if kind == "array":
        return [example(schema.get("items", {}), schemas, name)]
    if kind == "string":
        return _text(schema, name)
    if kind in ("integer", "number"):
        least, most = schema.get("minimum", 1), schema.get("maximum", 100)
        return max(least, min(most, NUMBERS.get(name, 1)))
    return True if kind == "boolean" else None


def _text(schema: Mapping[str, Any], name: str) -> str:
    words = name.replace("_", " ").capitalize() or "Text"
    text = FORMATS.get(schema.get("format", "")) or TEXTS.get(name, f"{words} of an example")
    if "format" in schema:
        return text
    return text[: schema.get("maxLength", len(text))].ljust(schema.get("minLength", 0), "x")
