"""The URL rules of an app, with one per list for those of declared lists."""

from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, Rule


def rules(app: Flask) -> Iterator[tuple[Rule, dict[str, Any]]]:
    """Yield each rule and its arguments: the list, if it is a rule of lists."""
    # Not imported, because the app may have no admin.
    converter = app.url_map.converters.get("list")
    for rule in app.url_map.iter_rules():
        part = rule._converters.get("admin")
        if converter is None or not isinstance(part, converter):
            yield rule, {}
            continue
        for admin in _lists(app, part):
            yield rule, {"admin": admin}


def pages(app: Flask) -> Iterator[tuple[str, Rule, dict[str, Any]]]:
    """Yield the path of each page without other arguments, its rule, and its list."""
    adapter = app.url_map.bind("")
    for rule, arguments in rules(app):
        if "GET" in (rule.methods or ()) and rule.arguments == arguments.keys():
            yield adapter.build(rule.endpoint, arguments, "GET"), rule, arguments


def _lists(app: Flask, part: BaseConverter) -> Iterator[object]:
    with app.app_context():
        for name in app.extensions["admin"]:
            try:
                yield part.to_python(name)
            except NotFound:
                continue
