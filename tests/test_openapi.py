"""The OpenAPI document of the API."""

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from carafe.api import openapi
from carafe.api.document import operations


@pytest.fixture
def document(app):
    with app.app_context():
        return openapi.document()


def bodies(operation):
    """Return the JSON bodies of a request and of its successes."""
    successes = [answer for status, answer in operation["responses"].items() if status < "300"]
    for part in [operation.get("requestBody", {}), *successes]:
        yield from part.get("content", {}).values()


def nodes(value):
    """Yield each object in a part of the document."""
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, (dict, list)):
            yield from nodes(item)


def test_it_is_valid(document):
    errors = [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()]
    assert errors == []
    assert document["openapi"].startswith("3.1")


def test_what_may_be_null_has_two_types(document):
    for node in nodes(document):
        for keyword in ("oneOf", "anyOf"):
            assert {"type": "null"} not in node.get(keyword, []), node
        assert "nullable" not in node


def test_each_operation_has_examples_that_its_schemas_accept(document):
    tried = 0
    for operation in operations(document):
        for content in bodies(operation):
            schema = {**content["schema"], "components": document["components"]}
            errors = list(Draft202012Validator(schema).iter_errors(content["example"]))
            assert errors == [], operation["operationId"]
            tried += 1
    assert tried > 20


def test_examples_of_problems_are_problems(document):
    for name, response in document["components"]["responses"].items():
        [content] = response["content"].values()
        schema = {**content["schema"], "components": document["components"]}
        for example in content["examples"].values():
            assert list(Draft202012Validator(schema).iter_errors(example["value"])) == [], name


def test_inputs_have_no_other_members(document):
    for name, schema in document["components"]["schemas"].items():
        if name.endswith(("Input", "Patch")):
            assert schema["additionalProperties"] is False, name


def test_operations_are_described(document):
    tags = {tag["name"] for tag in document["tags"]}
    assert all(tag["description"] for tag in document["tags"])
    ids = [operation["operationId"] for operation in operations(document)]
    assert len(ids) == len({*ids})
    for operation in operations(document):
        assert operation["summary"]
        assert {*operation["tags"]} <= tags
        assert operation["operationId"].startswith(f"{operation['tags'][0]}.")
        assert "scope" in operation["description"]
        assert any(status < "300" for status in operation["responses"])


def test_schemas_are_used(document):
    references = {node["$ref"] for node in nodes(document) if isinstance(node.get("$ref"), str)}
    for kind in ("schemas", "responses"):
        for name in document["components"][kind]:
            assert f"#/components/{kind}/{name}" in references
