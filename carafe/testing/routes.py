"""Every route of an app, with a path that reaches it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import MapAdapter
from werkzeug.test import TestResponse

from carafe.testing.http import Browser
from carafe.testing.rules import rules
from carafe.web.routing import IdConverter, Policy, get_policy

# Values in a path for arguments that aren't numbers.
EXAMPLES = {
    "token": "x",
    "provider": "acme",
    "filename": "x",
    "name": "x",
    "fingerprint": "x",
    "id": "not-found",
}
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
ALWAYS = [
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Request-ID",
]


@dataclass(frozen=True)
class Route:
    endpoint: str
    method: str
    path: str
    policy: Policy
    declared: bool
    numbered: bool
    # The declared list it belongs to, if any.
    list: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.endpoint})"

    @property
    def public(self) -> bool:
        return self.policy.public

    @property
    def permission(self) -> str | None:
        return self.policy.permission

    @property
    def changes(self) -> bool:
        return self.method in UNSAFE

    def open(self, browser: Browser, **options: Any) -> TestResponse:
        """Request it. Whatever the response is, it has the common headers."""
        with browser.client.session_transaction() as session:
            private = "_user_id" in session
        answer = browser.client.open(self.path, method=self.method, buffered=True, **options)
        for name in ALWAYS:
            assert len(answer.headers.getlist(name)) == 1, (str(self), name)
        if private:
            assert "no-store" in answer.headers.get("Cache-Control", ""), str(self)
        return answer


def routes(app: Flask, number: int = 1) -> list[Route]:
    """Return the routes of all pages and forms; `number` replaces each ID."""
    return [route for route in _all_routes(app, number) if not route.policy.scope]


def operations(app: Flask, number: int = 1) -> list[Route]:
    """Return the routes of the API, apart from HEAD and OPTIONS."""
    candidates = [route for route in _all_routes(app, number) if route.policy.scope]
    return [route for route in candidates if route.method not in ("HEAD", "OPTIONS")]


def _all_routes(app: Flask, number: int) -> list[Route]:
    with app.test_request_context():
        return list(_routes(app, app.url_map.bind("localhost"), number))


def _routes(app: Flask, adapter: MapAdapter, number: int) -> Iterator[Route]:
    for rule, lists in rules(app):
        ids = {name for name, part in rule._converters.items() if isinstance(part, IdConverter)}
        fixed = lists | dict(rule.defaults or {})
        missing = rule.arguments - ids - fixed.keys() - EXAMPLES.keys()
        assert not missing, f"{rule}: add {missing} to EXAMPLES in {__file__}"
        names = rule.arguments - fixed.keys()
        values = fixed | {name: number if name in ids else EXAMPLES[name] for name in names}
        declared = hasattr(app.view_functions[rule.endpoint], "policy")
        for method in sorted(rule.methods or ()):
            path = adapter.build(rule.endpoint, values, method)
            # Of several views at one path, Flask calls the first for OPTIONS.
            if adapter.match(path, method)[0] == rule.endpoint or method != "OPTIONS":
                rights = get_policy(rule.endpoint, lists)
                name = lists["admin"].name if lists else ""
                yield Route(rule.endpoint, method, path, rights, declared, bool(ids), name)
