"""The rules of an app; one of all declared lists counts once for each list that has the page."""

from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, Rule


def rules(app: Flask) -> Iterator[tuple[Rule, dict[str, Any]]]:
    """Each rule, with the list that it is taken for among its arguments."""
    # Not imported: the app may be one without the administration.
    converter = app.url_map.converters.get("list")
    for rule in app.url_map.iter_rules():
        part = rule._converters.get("admin")
        if converter is None or not isinstance(part, converter):
            yield rule, {}
            continue
        lists = list(_lists(app, part))
        assert lists, f"no declared list has {rule}"
        for admin in lists:
            yield rule, {"admin": admin}


def pages(app: Flask) -> Iterator[tuple[str, Rule, dict[str, Any]]]:
    """The path of each page without other arguments, its rule, and the list that it is of."""
    adapter = app.url_map.bind("")
    for rule, arguments in rules(app):
        if "GET" in (rule.methods or ()) and rule.arguments == arguments.keys():
            yield adapter.build(rule.endpoint, arguments, "GET"), rule, arguments


def _lists(app: Flask, part: BaseConverter) -> Iterator[Any]:
    with app.app_context():
        for name in app.extensions["admin"]:
            try:
                yield part.to_python(name)
            except NotFound:
                continue
