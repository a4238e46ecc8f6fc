"""This app's part of the admin area: users, invitations, messages, and overview cards."""

from functools import partial

from flask import Blueprint, Flask

from app.admin import api, overview, users, views
from app.admin.demo import load
from carafe import demo
from carafe.auth import accounts, add_permission, can, impersonation
from carafe.web import menus

__all__ = ["init_app", "views"]

# Only for its templates: the views are on the engine's `admin` blueprint.
templates = Blueprint("app_admin", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    app.register_blueprint(templates)
    add_permissions(app)
    app.jinja_env.globals["impersonation_refusal"] = impersonation.denial_reason
    users.init_app(app)
    api.init_app(app)
    overview.init_app(app)
    demo.add(app, load)
    may_invite = partial(can, accounts.INVITE_PERMISSION)
    menus.add(
        app,
        "admin",
        "Invitations",
        "admin.invitations",
        icon="mail",
        visible=may_invite,
        group="People",
    )
    may_write = partial(can, "messages.send")
    menus.add(
        app, "admin", "Messages", "admin.messages", icon="inbox", visible=may_write, group="People"
    )


def add_permissions(app: Flask) -> None:
    for name in ("admin", "audit.read", "users.read"):
        add_permission(app, name, roles=["staff"])
    add_permission(app, "users.edit")
    add_permission(app, "users.delete")
    add_permission(app, "messages.send", setting="NOTIFICATIONS")
