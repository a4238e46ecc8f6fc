"""The users API, with the rules of the pages of users."""

from datetime import datetime

from flask import Flask
from marshmallow import validate

from app.auth.models import User
from app.auth.roles import ROLES
from carafe import api
from carafe.auth import change_denial_reason, ensure_can_grant


def edit(user: User, name: str | None = None, role: str | None = None, **values: bool) -> None:
    if name is not None:
        user.rename(name)
    if role is not None:
        ensure_can_grant(role)
        user.change_role(role)
    if "suspended" in values:
        (User.suspend if values["suspended"] else User.reinstate)(user)


def is_suspended(suspended_at: datetime | None) -> bool:
    return suspended_at is not None


def init_app(app: Flask) -> None:
    api.add(
        app,
        User,
        fields=[
            "name",
            api.Field("role", schema=api.Text(validate=validate.OneOf(ROLES))),
            api.Field("suspended", "suspended_at", dump=is_suspended, schema=api.Truth()),
        ],
        read_only=["email", "time_zone", "created_at", "confirmed_at", "deletes_at"],
        filters=[
            api.Field("email", schema=api.Email()),
            "role",
            "created_at",
            "confirmed_at",
            "suspended_at",
        ],
        sort=["created_at", "email", "name"],
        order="-created_at",
        operations=["list", "read", "patch"],
        permissions={"list": "users.read", "read": "users.read", "patch": "users.edit"},
        fresh_login=["patch"],
        denial_reason=change_denial_reason,
        edit=edit,
    )
