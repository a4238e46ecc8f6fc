"""Several changes of one resource in a request: all of them are made, or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Response
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import HTTPException, UnprocessableEntity

from carafe.api import bodies
from carafe.api.fields import Truth, Whole
from carafe.api.problems import InvalidValue
from carafe.database import db
from carafe.database.aliases import JSONObject

if TYPE_CHECKING:
    from carafe.api.views import ResourceViews

MAX_OPERATIONS = 100
METHODS = "create", "replace", "patch", "delete"


class BatchError(UnprocessableEntity):
    """Operations of a batch that can't be carried out, so that none was."""

    problem = "batch-failed"

    def __init__(self, invalid: list[InvalidValue]):
        self.invalid = invalid
        super().__init__("Nothing was changed: `errors` says what is wrong with which operation.")


class OperationSchema(Schema):
    method = fields.String(
        required=True, validate=validate.OneOf(METHODS), metadata={"example": "create"}
    )
    id = Whole(metadata={"description": "Of the row; not for `create`."})
    if_match = fields.String(
        metadata={"description": "The `ETag` of the row as you read it, without quotes, or `*`."}
    )
    body = fields.Dict(
        keys=fields.String(),
        metadata={"description": "As in a single request.", "example": {"title": "A new roof"}},
    )


class BatchSchema(Schema):
    operations = fields.List(
        fields.Nested(OperationSchema), required=True, validate=validate.Length(1, MAX_OPERATIONS)
    )
    dry_run = Truth(
        load_default=False,
        metadata={"description": "Whether to check everything and change nothing."},
    )


def run(views: ResourceViews) -> Response:
    """Carry out the request's batch in this transaction, or raise `BatchError` (422)."""
    batch = bodies.load(BatchSchema(), bodies.read_json(bodies.JSON))
    results, invalid = [], []
    for number, operation in enumerate(batch["operations"]):
        try:
            # So that the operations after a failure are checked, too.
            with db.session.begin_nested():
                results.append(_run_one(views, operation))
        except HTTPException as error:
            invalid += _problems(error, f"/operations/{number}")
    if invalid or batch["dry_run"]:
        db.session.rollback()
    if invalid:
        raise BatchError(invalid)
    return bodies.json_response(bodies.encode({"dry_run": batch["dry_run"], "results": results}))


def _run_one(views: ResourceViews, operation: Mapping[str, Any]) -> JSONObject:
    method, body = operation["method"], operation.get("body", {})
    views.ensure_allowed(method)
    if method == "create":
        return views.describe(views.add(body))
    row = views.row_to_change(operation.get("id", 0), operation.get("if_match", ""))
    if method == "delete":
        views.remove(row)
        return {"id": operation["id"]}
    change: Callable[..., None] = views.put if method == "replace" else views.merge
    change(row, body)
    return views.describe(row)


def _problems(error: HTTPException, pointer: str) -> list[InvalidValue]:
    """Return what is wrong with an operation, with pointers from the top of the body."""
    if values := getattr(error, "invalid", None):
        return [InvalidValue(value.detail, f"{pointer}/body{value.pointer}") for value in values]
    return [InvalidValue(str(error.description), pointer)]
