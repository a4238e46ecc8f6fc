"""The API of tokens: a program can create others that may do no more than its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from flask import Flask, Response, url_for
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import Forbidden

from carafe.api import bodies
from carafe.api.blueprint import Blueprint
from carafe.api.documentation import LOCATION, body_of
from carafe.api.fields import Field, Text, dump_time
from carafe.api.problems import InvalidFieldsError, InvalidValue
from carafe.api.registration import add
from carafe.api.resource import RESOURCES
from carafe.api.responses import BODY, WRITE, problems
from carafe.auth import accounts, add_scope, current_user
from carafe.auth.models import ApiToken
from carafe.auth.models.api_token import NAME_LENGTH, NETWORKS_LENGTH
from carafe.database import db
from carafe.database.aliases import JSONObject
from carafe.time import now
from carafe.web.urls import public_url


def dump_scopes(text: str) -> list[str]:
    return text.split()


SCOPES_EXAMPLE = {"example": ["me:read"]}
NETWORKS_EXAMPLE = {"example": "192.0.2.0/24"}
SCOPES = Field(
    "scopes",
    dump=dump_scopes,
    schema=fields.List(fields.String(), dump_only=True, metadata=SCOPES_EXAMPLE),
)
TOKEN_FIELDS = [
    "name",
    SCOPES,
    "networks",
    "ending",
    "created_at",
    "expires_at",
    "last_used_at",
]


class TokenInput(Schema):
    name = Text(
        required=True,
        validate=validate.Length(1, NAME_LENGTH),
        metadata={"example": "Backup"},
    )
    scopes = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(1, 100),
        metadata=SCOPES_EXAMPLE,
    )
    days = fields.Integer(
        strict=True,
        load_default=accounts.DEFAULT_TOKEN_LIFETIME,
        validate=validate.OneOf(accounts.TOKEN_LIFETIMES),
        metadata={"description": "How long it works; 0 for no end."},
    )
    networks = Text(
        load_default="",
        validate=validate.Length(max=NETWORKS_LENGTH),
        metadata={"description": "Addresses or CIDR blocks from which it works; empty for any."},
    )


class CreatedTokenSchema(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True, metadata={"example": "Backup"})
    scopes = fields.List(fields.String(), required=True, metadata=SCOPES_EXAMPLE)
    networks = fields.String(required=True, metadata=NETWORKS_EXAMPLE)
    ending = fields.String(required=True, metadata={"example": "3kQ9"})
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    last_used_at = fields.AwareDateTime(required=True, allow_none=True)
    token = fields.String(
        required=True,
        metadata={"description": "What to send. Nothing shows it again.", "example": "carafe_…"},
    )


def create_token() -> Response:
    """Create a token, whose text is in this response and nowhere else.

    That is why an `Idempotency-Key` has no effect here: the text would have to be stored.
    """
    values = bodies.load(TokenInput(), bodies.read_json(bodies.JSON))
    check_may_grant(values["scopes"])
    check_limits(values["days"], values["networks"])
    try:
        token, text = accounts.create_api_token(**values)
    except accounts.UnknownScopeError as error:
        raise InvalidFieldsError([InvalidValue(str(error.description), "/scopes")]) from None
    except ValueError as error:
        raise InvalidFieldsError([InvalidValue(str(error), "/networks")]) from None
    content = RESOURCES.by_name()["tokens"].dump_row(token) | {"token": text}
    response = bodies.json_response(bodies.encode(content), 201)
    response.headers["Location"] = public_url(url_for("api_tokens.read", id=token.id))
    response.headers["Cache-Control"] = "no-store"
    return response


def check_may_grant(scopes: Collection[str]) -> None:
    """Raise `Forbidden` unless the request's token has all these scopes itself."""
    if current_user.scopes is not None and (missing := {*scopes} - current_user.scopes):
        raise Forbidden(f"Your token doesn't have these scopes: {', '.join(sorted(missing))}.")


def check_limits(days: int, networks: str) -> None:
    """Raise 422 if a token would work longer, or from elsewhere, than the one that creates it."""
    if current_user.scopes is None:
        return
    creator = db.session.get_one(ApiToken, current_user.token_id)
    invalid = []
    if creator.expires_at and (not days or now() + timedelta(days=days) > creator.expires_at):
        text = f"Your token expires at {dump_time(creator.expires_at)}, before this one would."
        invalid.append(InvalidValue(text, "/days"))
    # The same networks, since a part of one is rarely needed.
    requested = {*networks.replace(",", " ").split()}
    allowed = {*creator.networks.split()}
    if allowed and not (requested and requested <= allowed):
        text = f"Your token works from {creator.networks} only. Use some of these."
        invalid.append(InvalidValue(text, "/networks"))
    if invalid:
        raise InvalidFieldsError(invalid)


def describe_token_creation() -> JSONObject:
    content = {bodies.JSON: {"schema": CreatedTokenSchema}}
    success = {"description": "Created", "content": content, "headers": LOCATION}
    return {
        "summary": "Create a token",
        "description": "Its text is in this response and nowhere else, so an `Idempotency-Key` has "
        "no effect: to repeat the response, the text would have to be stored.",
        "requestBody": body_of(TokenInput),
        "responses": {"201": success, **problems([*WRITE, *BODY])},
    }


def make_tokens() -> Blueprint:
    """Return the blueprint with the operation that isn't declared: the one that creates them."""
    blueprint = Blueprint("tokens", __name__)
    blueprint.operation(
        "POST",
        "/tokens",
        "tokens.create",
        document=describe_token_creation,
        confirmed=True,
        # A token needs the scope instead, which someone gave it after a proof of identity.
        fresh_login=True,
    )(create_token)
    return blueprint


def init_app(app: Flask) -> None:
    add_scope(app, "tokens:write", "Create and revoke API tokens")
    add(
        app,
        ApiToken,
        name="tokens",
        read_only=TOKEN_FIELDS,
        owner="user_id",
        operations=["list", "read", "delete"],
        delete=ApiToken.revoke,
        fresh_login=["delete"],
        no_impersonation=True,
        blueprint=make_tokens(),
    )
