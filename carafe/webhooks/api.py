"""The API of webhooks."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, url_for
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import UnprocessableEntity

from carafe import api
from carafe.api import bodies
from carafe.api.documentation import LOCATION, body_of
from carafe.api.fields import Text
from carafe.api.problems import InvalidFieldsError, InvalidValue
from carafe.api.resource import RESOURCES
from carafe.api.responses import BODY, WRITE, problems
from carafe.api.tokens import check_may_grant
from carafe.auth import add_scope
from carafe.database import db
from carafe.database.aliases import JSONObject
from carafe.web.urls import public_url
from carafe.webhooks import endpoints, events
from carafe.webhooks.addresses import InvalidURLError
from carafe.webhooks.models import DESCRIPTION_LENGTH, URL_LENGTH, PauseReason, WebhookEndpoint

EVENTS = fields.List(
    fields.String(),
    required=True,
    validate=validate.Length(1, 100),
    metadata={"description": "Types of events.", "example": ["note.created"]},
)
EXAMPLE = "https://example.org/webhook"


class WebhookInput(Schema):
    url = Text(
        required=True, validate=validate.Length(1, URL_LENGTH), metadata={"example": EXAMPLE}
    )
    events = EVENTS
    description = Text(load_default="", validate=validate.Length(max=DESCRIPTION_LENGTH))


class WebhookWithSecretSchema(Schema):
    id = fields.Integer(required=True)
    url = fields.String(required=True, metadata={"example": EXAMPLE})
    events = EVENTS
    description = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    paused_at = fields.AwareDateTime(required=True, allow_none=True)
    pause_reason = fields.Enum(PauseReason, by_value=True, required=True, allow_none=True)
    secret = fields.String(
        required=True,
        metadata={
            "description": "What signs requests. Nothing shows it again.",
            "example": "whsec_bm90IGEgc2VjcmV0",
        },
    )


def create_webhook() -> Response:
    """Create a webhook, whose secret is in this response and nowhere else.

    That is why an `Idempotency-Key` has no effect here: the secret would have to be stored.
    """
    values = bodies.load(WebhookInput(), bodies.read_json(bodies.JSON))
    check_may_grant(events.read_scopes(values["events"]))
    try:
        endpoint, secret = endpoints.create_endpoint(**values)
    except (InvalidURLError, endpoints.UnknownEventError) as error:
        raise _invalid(error) from None
    db.session.commit()
    return _with_secret(endpoint, secret, 201)


def rotate_secret(id: int) -> Response:
    """Replace the secret. For a day, requests are signed with the old one, too."""
    endpoint = endpoints.get_endpoint(id)
    check_may_grant(events.read_scopes(endpoint.event_types))
    secret = endpoints.rotate_secret(endpoint)
    db.session.commit()
    return _with_secret(endpoint, secret, 201)


def edit(endpoint: WebhookEndpoint, **values: object) -> None:
    """Change an endpoint, if the token may read all that it will be sent."""
    text = values.get("events", endpoint.event_types)
    types = [str(type) for type in text] if isinstance(text, list) else []
    check_may_grant(events.read_scopes(types))
    try:
        endpoints.edit_endpoint(endpoint, **values)  # type: ignore[arg-type]
    except (InvalidURLError, endpoints.UnknownEventError) as error:
        raise _invalid(error) from None


def _invalid(error: InvalidURLError | UnprocessableEntity) -> InvalidFieldsError:
    if isinstance(error, InvalidURLError):
        return InvalidFieldsError([InvalidValue(str(error), "/url")])
    return InvalidFieldsError([InvalidValue(str(error.description), "/events")])


def _with_secret(endpoint: WebhookEndpoint, secret: str, status: int) -> Response:
    content = RESOURCES.by_name()["webhooks"].dump_row(endpoint) | {"secret": secret}
    response = bodies.json_response(bodies.encode(content), status)
    response.headers["Location"] = public_url(url_for("api_webhooks.read", id=endpoint.id))
    response.headers["Cache-Control"] = "no-store"
    return response


def describe_creation() -> JSONObject:
    return {
        "summary": "Create a webhook",
        "description": "Its secret is in this response and nowhere else, so an `Idempotency-Key` "
        "has no effect: to repeat the response, the secret would have to be stored.",
        "requestBody": body_of(WebhookInput),
        "responses": {**_describe_secret(), **problems([*WRITE, *BODY])},
    }


def describe_rotation() -> JSONObject:
    return {
        "summary": "Rotate the secret of a webhook",
        "description": "For a day, requests are signed with the old secret, too.",
        "responses": {**_describe_secret(), **problems([*WRITE, "not-found"])},
    }


def _describe_secret() -> JSONObject:
    content = {bodies.JSON: {"schema": WebhookWithSecretSchema}}
    description = "The webhook and its new secret"
    return {"201": {"description": description, "content": content, "headers": LOCATION}}


def make_blueprint() -> api.Blueprint:
    """Return the blueprint with the operations that aren't declared: those that show a secret."""
    blueprint = api.Blueprint("webhooks", __name__)
    views: list[tuple[str, str, Callable[..., Response], Callable[[], JSONObject]]] = [
        ("/webhooks", "create", create_webhook, describe_creation),
        ("/webhooks/<int:id>/secret", "rotate_secret", rotate_secret, describe_rotation),
    ]
    for path, name, view, document in views:
        blueprint.operation(
            "POST",
            path,
            f"webhooks.{name}",
            document=document,
            confirmed=True,
            # A token needs the scope instead, which someone gave it after a proof of identity.
            fresh_login=True,
        )(view)
    return blueprint


def init_app(app: Flask) -> None:
    api.add(
        app,
        WebhookEndpoint,
        name="webhooks",
        fields=["url", api.Field("events", dump=str.split, schema=EVENTS), "description"],
        read_only=["created_at", "paused_at", "pause_reason"],
        owner="user_id",
        operations=["list", "read", "replace", "patch", "delete"],
        fresh_login=["replace", "patch", "delete"],
        no_impersonation=True,
        edit=edit,
        delete=endpoints.delete_endpoint,
        blueprint=make_blueprint(),
    )
    add_scope(app, "webhooks:write", "Create, change, and delete webhooks")
