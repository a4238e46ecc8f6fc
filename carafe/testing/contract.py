"""What the OpenAPI document promises, checked on each response that a test gets."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from carafe.api import openapi

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


def document_of(app: Flask) -> Mapping[str, Any]:
    with app.app_context():
        return openapi.document()


def operation_at(app: Flask, method: str, path: str) -> Mapping[str, Any] | None:
    """Return the operation object for a request, or None if there is no such operation."""
    try:
        rule, _ = app.url_map.bind("localhost").match(path, method, return_rule=True)
    except HTTPException:
        return None
    item = document_of(app)["paths"].get(ARGUMENT.sub(r"{\1}", rule.rule), {})
    operation: Mapping[str, Any] | None = item.get(method.lower())
    return operation


def check(app: Flask, method: str, response: TestResponse) -> None:
    """Fail unless a response is one that its operation documents."""
    operation = operation_at(app, method, response.request.path)
    if operation is None:
        return
    status, where = str(response.status_code), (operation["operationId"], response.status)
    assert status in operation["responses"], f"{where}: this status isn't documented"
    content = _resolve(app, operation["responses"][status]).get("content", {})
    if not content:
        assert response.data == b"", f"{where}: no body is documented"
        return
    assert response.mimetype in content, f"{where}: {response.mimetype} isn't documented"
    schema = json.dumps(content[response.mimetype]["schema"])
    components = json.dumps(document_of(app)["components"])
    is_packed = response.headers.get("Content-Encoding") == "gzip"
    body = json.loads(gzip.decompress(response.data) if is_packed else response.data)
    errors = [error.message for error in _validator(schema, components).iter_errors(body)]
    assert errors == [], f"{where}: {str(body)[:500]}"


def _resolve(app: Flask, response: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in response:
        return response
    name = response["$ref"].rpartition("/")[2]
    resolved: Mapping[str, Any] = document_of(app)["components"]["responses"][name]
    return resolved


@cache
def _validator(schema: str, components: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": json.loads(components)})
