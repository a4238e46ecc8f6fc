"""Blueprints whose operations are part of the API, and so of its description."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import flask
from flask import Flask

from carafe.api.bodies import ensure_json_accepted
from carafe.api.deprecation import Deprecation
from carafe.registry import Registry
from carafe.web.routing import set_policy

View = TypeVar("View", bound=Callable[..., Any])

URL_PREFIX = "/api/v1"
BLUEPRINTS = Registry["Blueprint"]("api_blueprints", "API")


@dataclass(frozen=True)
class Operation:
    """A view of the API, and what describes it."""

    method: str
    rule: str
    # Such as "notes.list".
    id: str
    view: Callable[..., Any]
    scope: str
    # Returns the OpenAPI operation object, when someone asks for the document.
    document: Callable[[], Mapping[str, Any]]
    deprecation: Deprecation | None

    @property
    def endpoint(self) -> str:
        return self.id.rpartition(".")[2]


class Blueprint(flask.Blueprint):
    """The operations of an API under `/api/v1`, for `add_blueprint`.

    `operation` adds a view; `arguments`, `response`, and `doc` are the decorators of flask-smorest,
    which is imported only for them and for the document.
    """

    def __init__(self, name: str, import_name: str, *, description: str = ""):
        super().__init__(f"api_{name}", import_name, url_prefix=URL_PREFIX)
        self.tag, self.description = name, description
        self.operations: list[Operation] = []

    def operation(
        self,
        method: str,
        rule: str,
        id: str,
        *,
        scope: str = "",
        document: Callable[[], Mapping[str, Any]] = dict,
        deprecated: Deprecation | None = None,
        **policy: Any,
    ) -> Callable[[View], View]:
        """Decorate the view of an operation, such as "notes.list".

        `scope` is what a token needs, by default `<name>:read` or `<name>:write`; `document`
        returns its OpenAPI operation object; `policy` has the other rules, as marks of views set
        them.
        """

        def add(view: View) -> View:
            access = "read" if method == "GET" else "write"
            needed = scope or f"{self.tag}:{access}"
            operation = Operation(method, rule, id, view, needed, document, deprecated)
            self.operations.append(operation)
            served = deprecated.apply(id, view) if deprecated else view
            served = set_policy(_accepting_json(served), scope=needed, **policy)
            self.add_url_rule(rule, operation.endpoint, served, methods=[method])
            return view

        return add

    def arguments(self, *args: Any, **options: Any) -> Callable[[View], View]:
        return self._decorator("arguments", *args, **options)

    def response(self, *args: Any, **options: Any) -> Callable[[View], View]:
        return self._decorator("response", *args, **options)

    def doc(self, **document: Any) -> Callable[[View], View]:
        return self._decorator("doc", **document)

    def _decorator(self, name: str, *args: Any, **options: Any) -> Callable[[View], View]:
        import flask_smorest

        blueprint = flask_smorest.Blueprint(self.name, self.import_name)
        decorator: Callable[[View], View] = getattr(blueprint, name)(*args, **options)
        return decorator


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
