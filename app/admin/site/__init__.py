"""The administration of this app: users, invitations, messages, and what the overview shows."""

from functools import partial

from flask import Flask

from app.admin.site import overview, users, views
from app.auth import impersonation
from app.auth.identity import can
from app.auth.permissions import add_permission
from app.core import nav

__all__ = ["init_app", "views"]


def init_app(app: Flask) -> None:
    add_permissions(app)
    app.jinja_env.globals["impersonation_refusal"] = impersonation.refusal
    users.init_app(app)
    overview.init_app(app)
    may_invite = partial(can, "users.invite")
    nav.add(app, "admin", "Invitations", "admin.invitations", icon="mail", visible=may_invite)
    may_write = partial(can, "messages.send")
    nav.add(app, "admin", "Messages", "admin.messages", icon="inbox", visible=may_write)


def add_permissions(app: Flask) -> None:
    add_permission(app, "users.read", roles=["staff"])
    add_permission(app, "users.edit")
    add_permission(app, "users.delete")
    add_permission(app, "users.invite")
    add_permission(app, impersonation.PERMISSION)
    add_permission(app, impersonation.WRITE_PERMISSION)
    add_permission(app, "messages.send")
