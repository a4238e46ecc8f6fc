"""How a new OpenAPI document differs from an old one, and what that means for clients.

A client breaks if a request that was accepted no longer is, or if a response no longer has what
was promised. Everything else is compatible: clients must ignore members that they don't know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from carafe.api.schema_changes import Finding, breaking, compare_schemas, compatible
from carafe.database.aliases import JSONObject

Document = Mapping[str, Any]


class Operation(NamedTuple):
    """Where an operation is, and its object in the document."""

    route: str
    content: JSONObject
    parameters: dict[tuple[str, str], JSONObject]


def compare(old: Document, new: Document) -> list[Finding]:
    """Return what changed, first what breaks clients."""
    before, after = _operations(old), _operations(new)
    findings = [
        breaking(id, f"was removed ({before[id].route})") for id in before if id not in after
    ]
    findings += [
        compatible(id, f"was added ({after[id].route})") for id in after if id not in before
    ]
    for id in before:
        if id in after:
            findings += _compare_operations(id, before[id], after[id], old, new)
    if not findings and old != new:
        findings.append(compatible("document", "descriptions, examples, or their order changed"))
    return sorted(dict.fromkeys(findings), key=lambda finding: not finding.is_breaking)


def _operations(document: Document) -> dict[str, Operation]:
    """Return the operations by ID."""
    operations = {}
    for path, item in document["paths"].items():
        for method, content in item.items():
            if isinstance(content, dict):
                shared = [*item.get("parameters", []), *content.get("parameters", [])]
                parameters = {(part["in"], part["name"]): part for part in shared}
                route = f"{method.upper()} {path}"
                operations[content["operationId"]] = Operation(route, content, parameters)
    return operations


def _compare_operations(
    id: str, old: Operation, new: Operation, before: Document, after: Document
) -> Iterator[Finding]:
    if old.route != new.route:
        yield breaking(id, f"moved from {old.route} to {new.route}")
    if _scope(old) != _scope(new):
        yield breaking(id, f"needs the scope {_scope(new)} instead of {_scope(old)}")
    yield from _compare_parameters(id, old, new, before, after)
    yield from _compare_bodies(id, old, new, before, after)
    yield from _compare_responses(id, old, new, before, after)


def _scope(operation: Operation) -> str:
    parts = [scopes for part in operation.content.get("security", []) for scopes in part.values()]
    return " ".join(scope for scopes in parts for scope in scopes)


def _compare_parameters(
    id: str, old: Operation, new: Operation, before: Document, after: Document
) -> Iterator[Finding]:
    for key, parameter in old.parameters.items():
        place = f"{id}, parameter {key[1]}"
        if key not in new.parameters:
            yield breaking(place, "was removed")
            continue
        changed = new.parameters[key]
        if changed.get("required") and not parameter.get("required"):
            yield breaking(place, "is required now")
        if parameter.get("required") and not changed.get("required"):
            yield compatible(place, "is no longer required")
        yield from compare_schemas(
            place, parameter["schema"], changed["schema"], before, after, is_input=True
        )
    for key, parameter in new.parameters.items():
        if key not in old.parameters:
            place = f"{id}, parameter {key[1]}"
            required = parameter.get("required")
            yield (
                breaking(place, "is new and required") if required else compatible(place, "is new")
            )


def _compare_bodies(
    id: str, old: Operation, new: Operation, before: Document, after: Document
) -> Iterator[Finding]:
    place = f"{id}, request"
    contents = [part.content.get("requestBody", {}).get("content", {}) for part in (old, new)]
    yield from _compare_contents(place, contents[0], contents[1], before, after, is_input=True)


def _compare_responses(
    id: str, old: Operation, new: Operation, before: Document, after: Document
) -> Iterator[Finding]:
    was, now = old.content["responses"], new.content["responses"]
    for status in sorted(was.keys() | now.keys()):
        place = f"{id}, response {status}"
        if status in was and status in now:
            contents = [_resolved(was[status], before), _resolved(now[status], after)]
            parts = [content.get("content", {}) for content in contents]
            if status < "300":
                yield from _compare_contents(
                    place, parts[0], parts[1], before, after, is_input=False
                )
            continue
        # Clients handle errors by class (RFC 9110, section 15), but wait for one success.
        finding = breaking if status < "300" else compatible
        yield finding(place, "was removed" if status in was else "is new")


def _resolved(response: JSONObject, document: Document) -> JSONObject:
    if "$ref" not in response:
        return response
    name = response["$ref"].rpartition("/")[2]
    resolved: JSONObject = document["components"]["responses"][name]
    return resolved


def _compare_contents(
    place: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    before: Document,
    after: Document,
    *,
    is_input: bool,
) -> Iterator[Finding]:
    for kind, content in old.items():
        if kind not in new:
            yield breaking(place, f"no longer has the type {kind}")
            continue
        schemas = content["schema"], new[kind]["schema"]
        yield from compare_schemas(place, *schemas, before, after, is_input=is_input)
    for kind in new:
        if kind not in old:
            yield compatible(place, f"may have the type {kind} as well")
