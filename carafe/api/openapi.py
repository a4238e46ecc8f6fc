"""The OpenAPI 3.1 document of the API."""

from __future__ import annotations

from typing import Any

import flask_smorest
from flask import Flask, Response, current_app, render_template

from carafe.api import bodies, documentation
from carafe.api.blueprint import BLUEPRINTS
from carafe.api.resource import RESOURCES
from carafe.auth import pages
from carafe.web.routing import public

OPENAPI_VERSION = "3.1.0"
API_VERSION = "1"
PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": ["string", "null"]},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "JSON pointer to the value."},
                    "parameter": {"type": "string"},
                },
            },
        },
    },
}


def document() -> dict[str, Any]:
    """Return the document, made when it is first asked for.

    flask-smorest describes an operation when its blueprint is registered, which takes a
    millisecond each. So it happens in an app of its own, which serves nothing, and not at startup.
    """
    if "openapi" not in current_app.extensions:
        current_app.extensions["openapi"] = _build()
    built: dict[str, Any] = current_app.extensions["openapi"]
    return built


def _build() -> dict[str, Any]:
    app = Flask("openapi")
    app.config.update(
        API_TITLE=current_app.config["APP_NAME"],
        API_VERSION=API_VERSION,
        OPENAPI_VERSION=OPENAPI_VERSION,
    )
    api = flask_smorest.Api(app)
    components = api.spec.components
    components.schema("Problem", PROBLEM)
    components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    cookie = {"type": "apiKey", "in": "cookie", "name": current_app.config["SESSION_COOKIE_NAME"]}
    components.security_scheme("session", cookie)
    for resource in RESOURCES:
        documentation.add_schemas(components, resource)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    description: dict[str, Any] = api.spec.to_dict()
    return description


@public
def show_document() -> Response:
    content = bodies.encode(document())
    return bodies.json_response(content, etag=bodies.etag_of(content))


@public
def show_docs() -> str:
    tokens_path = pages.path("tokens") if pages.exists("tokens") else None
    return render_template("api/docs.html", tokens_path=tokens_path)
