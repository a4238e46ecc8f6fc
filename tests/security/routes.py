"""Every route of an app, with a path that reaches it."""

from collections.abc import Iterator

from flask import Flask

from app.core.routing import policy

EXAMPLES = {"id": "1", "token": "x", "filename": "x"}


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and path of each."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            values = {name: EXAMPLES[name] for name in rule.arguments}
            for method in sorted(rule.methods or ()):
                yield rule.endpoint, method, adapter.build(rule.endpoint, values, method)


def is_public(app: Flask, endpoint: str) -> bool:
    with app.app_context():
        return policy(endpoint).public
