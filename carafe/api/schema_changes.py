"""How a JSON schema changed, and whether that breaks clients that send or receive its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

JsonSchema = Mapping[str, Any]
# Keywords that narrow a type, with whether a greater value narrows it more.
LIMITS = {
    "minimum": True,
    "minLength": True,
    "minItems": True,
    "maximum": False,
    "maxLength": False,
    "maxItems": False,
}


class Finding(NamedTuple):
    """A change, and where it is."""

    is_breaking: bool
    place: str
    change: str

    def __str__(self) -> str:
        return f"{'breaking' if self.is_breaking else 'compatible':<12}{self.place}: {self.change}"


def breaking(place: str, change: str) -> Finding:
    return Finding(True, place, change)


def compatible(place: str, change: str) -> Finding:
    return Finding(False, place, change)


def compare_schemas(
    place: str,
    old: JsonSchema,
    new: JsonSchema,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    is_input: bool,
) -> Iterator[Finding]:
    """Yield the changes of what clients send (`is_input`), or of what they receive."""
    old, new = _resolved(old, before), _resolved(new, after)
    if old == new and "$ref" not in str(old):
        return
    yield from _compare_types(place, old, new, is_input=is_input)
    yield from _compare_values(place, old, new, is_input=is_input)
    yield from _compare_limits(place, old, new, is_input=is_input)
    yield from _compare_members(place, old, new, is_input=is_input)
    was, now = old.get("properties", {}), new.get("properties", {})
    for name in [name for name in was if name in now]:
        inner = f"{place}, {name}"
        yield from compare_schemas(inner, was[name], now[name], before, after, is_input=is_input)
    if "items" in old and "items" in new:
        inner = f"{place}[]"
        schemas = old["items"], new["items"]
        yield from compare_schemas(inner, *schemas, before, after, is_input=is_input)


def _resolved(schema: JsonSchema, document: Mapping[str, Any]) -> JsonSchema:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _types(schema: JsonSchema) -> set[str]:
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else {*kind}


def _compare_types(
    place: str, old: JsonSchema, new: JsonSchema, *, is_input: bool
) -> Iterator[Finding]:
    was, now = _types(old), _types(new)
    for kind in sorted(was - now):
        change = f"can no longer be {kind}"
        yield breaking(place, change) if is_input or not now else compatible(place, change)
    for kind in sorted(now - was):
        change = f"can be {kind}"
        # A schema without a type accepts all.
        narrows = not was if is_input else bool(was)
        yield breaking(place, change) if narrows else compatible(place, change)
    if old.get("format") != new.get("format"):
        yield breaking(place, f"has the format {new.get('format')}, was {old.get('format')}")


def _compare_values(
    place: str, old: JsonSchema, new: JsonSchema, *, is_input: bool
) -> Iterator[Finding]:
    was, now = old.get("enum"), new.get("enum")
    if now is None or was is None:
        if was != now:
            narrows = (was is None) == is_input
            change = "has a list of values now" if was is None else "no longer has a list of values"
            yield breaking(place, change) if narrows else compatible(place, change)
        return
    for value in was:
        if value not in now:
            change = f"can no longer be {value!r}"
            yield breaking(place, change) if is_input else compatible(place, change)
    yield from (compatible(place, f"can be {value!r}") for value in now if value not in was)


def _compare_limits(
    place: str, old: JsonSchema, new: JsonSchema, *, is_input: bool
) -> Iterator[Finding]:
    for keyword, greater_is_narrower in LIMITS.items():
        was, now = old.get(keyword), new.get(keyword)
        if was == now:
            continue
        narrows = was is None or (now is not None and (now > was) == greater_is_narrower)
        change = f"has the {keyword} {now}, was {was}"
        # What is received may get narrower: it's still what was promised.
        yield breaking(place, change) if narrows == is_input else compatible(place, change)
    was, now = old.get("pattern"), new.get("pattern")
    if was != now:
        change = f"has the pattern {now}, was {was}"
        is_wider = now is None if is_input else was is None
        yield compatible(place, change) if is_wider else breaking(place, change)


def _compare_members(
    place: str, old: JsonSchema, new: JsonSchema, *, is_input: bool
) -> Iterator[Finding]:
    was, now = old.get("properties", {}), new.get("properties", {})
    required, requires = {*old.get("required", [])}, {*new.get("required", [])}
    for name in was:
        inner = f"{place}, {name}"
        if name not in now:
            yield breaking(inner, "was removed")
        elif is_input and name in requires - required:
            yield breaking(inner, "is required now")
        elif is_input and name in required - requires:
            yield compatible(inner, "is no longer required")
        elif not is_input and name in required - requires:
            yield breaking(inner, "may be absent")
    for name in [name for name in now if name not in was]:
        inner = f"{place}, {name}"
        must_be_sent = is_input and name in requires
        yield (
            breaking(inner, "is new and required") if must_be_sent else compatible(inner, "is new")
        )
