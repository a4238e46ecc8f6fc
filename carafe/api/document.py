"""The OpenAPI 3.1 document of the API."""

from __future__ import annotations

import flask_smorest
from flask import Flask, current_app

from carafe.api import documentation, examples, responses
from carafe.api.blueprint import BLUEPRINTS, URL_PREFIX, Blueprint, Operation
from carafe.api.introduction import INTRODUCTION
from carafe.api.resource import RESOURCES, Resource
from carafe.database.aliases import JSONObject

OPENAPI_VERSION = "3.1.0"
API_VERSION = "1"


class Api(flask_smorest.Api):
    """An API whose responses are all described here."""

    DEFAULT_ERROR_RESPONSE_NAME = None


def build() -> JSONObject:
    """Return the document, which depends on nothing but the code and the name of the app.

    flask-smorest describes an operation when its blueprint is registered, which takes a
    millisecond each. So it happens in an app of its own, which serves nothing, and not at startup.
    """
    app = Flask("openapi")
    name = current_app.config["APP_NAME"]
    app.config.update(API_TITLE=name, API_VERSION=API_VERSION, OPENAPI_VERSION=OPENAPI_VERSION)
    api = Api(app)
    for resource in RESOURCES:
        documentation.add_schemas(api.spec.components, resource)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(_described(blueprint))
    document: JSONObject = api.spec.to_dict()
    _complete(document)
    return document


def _described(blueprint: Blueprint) -> flask_smorest.Blueprint:
    described = flask_smorest.Blueprint(blueprint.name, __name__, url_prefix=URL_PREFIX)
    for operation in blueprint.operations:
        view = described.doc(
            operationId=operation.id,
            security=[{"token": [operation.scope]}, {"session": []}],
            **_with_deprecation(operation),
        )(operation.view)
        options = {"methods": [operation.method], "tags": [blueprint.tag]}
        described.add_url_rule(operation.rule, operation.endpoint, view, **options)
    return described


def _with_deprecation(operation: Operation) -> JSONObject:
    document = dict(operation.document())
    if operation.deprecation:
        gone = responses.problems(["gone"]) if operation.deprecation.sunset else {}
        document |= {"deprecated": True, "responses": {**document.get("responses", {}), **gone}}
    return document


def _complete(document: JSONObject) -> None:
    config = current_app.config
    introduction = INTRODUCTION.format(prefix=config["API_TOKEN_PREFIX"])
    document["info"] |= {"description": introduction}
    document["servers"] = [{"url": "/", "description": "This site"}]
    document["tags"] = [_tag(blueprint) for blueprint in BLUEPRINTS]
    components = document["components"]
    components["schemas"]["Problem"] = responses.PROBLEM_SCHEMA
    components["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from “API tokens” in the settings of your account.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": config["SESSION_COOKIE_NAME"],
            "description": "The session of the site's own pages, with `X-CSRFToken`.",
        },
    }
    responses.add_components(document)
    examples.add_examples(document)
    for operation in operations(document):
        scope = operation["security"][0]["token"][0]
        text = f"{operation.get('description', '')}\n\nA token needs the scope `{scope}`."
        operation["description"] = text.strip()
    _prune(document)
    _name_types(document["components"]["schemas"])


def _name_types(value: object) -> None:
    """Give lists of values the type that apispec leaves out."""
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        _name_types(item)
    if isinstance(value, dict) and isinstance(value.get("enum"), list) and "type" not in value:
        types = ["null" if choice is None else "string" for choice in value["enum"]]
        names = list(dict.fromkeys(types))
        value["type"] = names if names[1:] else names[0]


def operations(document: JSONObject) -> list[JSONObject]:
    """Return the operation objects of a document."""
    paths = document["paths"].values()
    return [item for path in paths for item in path.values() if isinstance(item, dict)]


def _tag(blueprint: Blueprint) -> dict[str, str]:
    resource = RESOURCES.by_name().get(blueprint.tag)
    description = blueprint.description or (_description(resource) if resource else "")
    return {"name": blueprint.tag, "description": description}


def _description(resource: Resource) -> str:
    label = f"{documentation.noun_of(resource)}s"
    if resource.owner:
        return f"The {label} of your account."
    permissions = " and ".join(f"`{name}`" for name in dict.fromkeys(resource.permissions.values()))
    return f"All {label}, for users with the permission {permissions}."


def _prune(document: JSONObject) -> None:
    """Remove schemas that flask-smorest adds and nothing refers to."""
    schemas = document["components"]["schemas"]
    used: set[str] = set()
    pending = _references({**document, "components": {**document["components"], "schemas": {}}})
    while pending:
        used |= pending
        pending = _references([schemas[name] for name in pending]) - used
    document["components"] = {
        "schemas": {name: schemas[name] for name in sorted(used)},
        **{name: document["components"][name] for name in ("responses", "securitySchemes")},
    }


def _references(value: object) -> set[str]:
    """Return the names of the schemas to which a part of the document refers."""
    if isinstance(value, list):
        return {name for item in value for name in _references(item)}
    if not isinstance(value, dict):
        return set()
    reference = value.get("$ref")
    if isinstance(reference, str):
        prefix, _, name = reference.rpartition("/")
        return {name} if prefix == "#/components/schemas" else set()
    return {name for item in value.values() for name in _references(item)}
