"""The API of the user's own account: `me`, sessions, and notifications."""

from __future__ import annotations

from datetime import datetime

from flask import Flask, Response
from marshmallow import Schema, fields

from carafe.api import bodies
from carafe.api.blueprint import Blueprint, add_blueprint
from carafe.api.documentation import ETAG, NOT_MODIFIED
from carafe.api.fields import Field, Truth, dump_time
from carafe.api.parameters import IF_NONE_MATCH
from carafe.api.registration import add
from carafe.api.responses import problems
from carafe.api.tokens import SCOPES_EXAMPLE
from carafe.auth import add_scope, current_user
from carafe.auth.models import Session
from carafe.auth.user_agents import device_label
from carafe.database.aliases import JSONObject
from carafe.notifications.models import Notification


def is_current(session_id: int) -> bool:
    """Return whether a session is the one that sent the request."""
    return bool(session_id == current_user.session_id)


def is_read(read_at: datetime | None) -> bool:
    return read_at is not None


def edit_notification(notification: Notification, read: bool | None = None) -> None:
    if read is False:
        notification.read_at = None
    elif read:
        notification.mark_read()


class MeSchema(Schema):
    id = fields.Integer(required=True)
    email = fields.Email(required=True)
    name = fields.String(required=True, metadata={"example": "Ada Lovelace"})
    role = fields.String(required=True, metadata={"example": "user"})
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    time_zone = fields.String(required=True)
    scopes = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "What the token may do; null for a session.", **SCOPES_EXAMPLE},
    )


def show_me() -> Response:
    """Return whose token or session it is, and what the token may do."""
    user = current_user
    content = bodies.encode(
        {
            "id": user.id,
            "email": user.email,
            "name": user.display_name,
            "role": user.role,
            "confirmed_at": dump_time(user.confirmed_at),
            "time_zone": user.time_zone,
            "scopes": None if user.scopes is None else sorted(user.scopes),
        }
    )
    return bodies.json_response(content, etag=bodies.etag_of(content))


def describe_me() -> JSONObject:
    content = {bodies.JSON: {"schema": MeSchema}}
    success = {"description": "Your account as it is now", "content": content, "headers": ETAG}
    return {
        "summary": "Get your account",
        "parameters": [IF_NONE_MATCH],
        "responses": {"200": success, **NOT_MODIFIED, **problems(["precondition-failed"])},
    }


def make_me() -> Blueprint:
    blueprint = Blueprint("me", __name__, description="Whose token or session it is.")
    blueprint.operation("GET", "/me", "me.read", document=describe_me)(show_me)
    return blueprint


def init_app(app: Flask) -> None:
    add_scope(app, "me:read", "Read your name, email address, and role")
    add_blueprint(app, make_me())
    add(
        app,
        Session,
        name="sessions",
        read_only=[
            Field("device", "agent", dump=device_label),
            Field("current", "id", dump=is_current, schema=fields.Boolean(dump_only=True)),
            "created_at",
            "last_seen_at",
            "expires_at",
            "address",
            "agent",
        ],
        owner="user_id",
        where=lambda: Session.works_for(current_user.id),
        operations=["list", "read", "delete"],
        delete=Session.end,
        no_impersonation=True,
    )
    if app.config["NOTIFICATIONS"]:
        add(
            app,
            Notification,
            name="notifications",
            fields=[Field("read", "read_at", dump=is_read, schema=Truth(required=True))],
            read_only=["kind", "title", "body", "url", "created_at", "read_at"],
            owner="user_id",
            operations=["list", "read", "patch", "delete"],
            edit=edit_notification,
        )
