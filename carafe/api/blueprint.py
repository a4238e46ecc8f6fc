"""Blueprints whose operations are part of the API, and so of its description."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import flask_smorest
from flask import Flask

from carafe.api.bodies import ensure_json_accepted
from carafe.registry import Registry
from carafe.web.routing import set_policy

View = TypeVar("View", bound=Callable[..., Any])

URL_PREFIX = "/api/v1"
BLUEPRINTS = Registry["Blueprint"]("api_blueprints", "API")


class Blueprint(flask_smorest.Blueprint):
    """The operations of an API under `/api/v1`, for `add_blueprint`.

    `arguments`, `response`, and `doc` are those of flask-smorest; `operation` adds a view.
    """

    def __init__(self, name: str, import_name: str, **options: Any):
        super().__init__(f"api_{name}", import_name, url_prefix=URL_PREFIX, **options)
        self.tag = name

    def operation(
        self, method: str, rule: str, id: str, *, scope: str = "", **policy: Any
    ) -> Callable[[View], View]:
        """Decorate the view of an operation, such as "notes.list".

        `scope` is what a token needs, by default `<name>:read` or `<name>:write`; `policy` has the
        other rules, as marks of views set them.
        """

        def add(view: View) -> View:
            access = "read" if method == "GET" else "write"
            needed = scope or f"{self.tag}:{access}"
            security = [{"token": [needed]}, {"session": []}]
            documented = self.doc(operationId=id, security=security)(_accepting_json(view))
            set_policy(documented, scope=needed, **policy)
            endpoint = id.rpartition(".")[2]
            self.add_url_rule(rule, endpoint, documented, methods=[method], tags=[self.tag])
            return view

        return add


def _accepting_json(view: View) -> View:
    """Return a view that responds with 406 to clients that don't accept JSON."""

    @wraps(view)
    def wrapper(*args: object, **kwargs: object) -> object:
        ensure_json_accepted()
        return view(*args, **kwargs)

    return wrapper  # type: ignore[return-value]


def add_blueprint(app: Flask, blueprint: Blueprint) -> None:
    """Add operations to the API."""
    BLUEPRINTS.add(app, blueprint, name=blueprint.tag)
    app.register_blueprint(blueprint)
