"""Administration: a dashboard, and looking after users."""

from functools import partial

from flask import Flask

from app.account import personal_data
from app.admin import overview, views
from app.admin.actions.declaration import Action
from app.admin.built_in import audit, jobs, users
from app.admin.columns import Column
from app.admin.declaration import add
from app.admin.imports.declaration import Field, Import
from app.admin.lists import saved_views
from app.admin.lists.filters import Choice, Empty
from app.admin.lists.search import Exact, FullText, Prefix
from app.admin.objects.fields import RelationField
from app.admin.objects.inlines import Inline
from app.admin.overview import series
from app.admin.overview.cards import Card, add_card
from app.admin.routing import ListConverter
from app.auth import impersonation
from app.auth.access import can
from app.auth.permissions import add_permission
from app.core import nav
from app.core.forms import ChoiceField

__all__ = [
    "Action",
    "Card",
    "Choice",
    "ChoiceField",
    "Column",
    "Empty",
    "Exact",
    "Field",
    "FullText",
    "Import",
    "Inline",
    "Prefix",
    "RelationField",
    "add",
    "add_card",
    "series",
]


def init_app(app: Flask) -> None:
    app.extensions["admin"] = {}
    app.extensions["admin_cards"] = {}
    add_permission(app, "admin", roles=["staff"])
    add_permission(app, "users.read", roles=["staff"])
    add_permission(app, "users.edit")
    add_permission(app, "users.delete")
    add_permission(app, "users.invite")
    add_permission(app, impersonation.PERMISSION)
    add_permission(app, impersonation.WRITE_PERMISSION)
    add_permission(app, "messages.send")
    add_permission(app, "audit.read", roles=["staff"])
    # Arguments, statements and tracebacks tell much, so administrators alone.
    add_permission(app, "jobs.read")
    add_permission(app, "jobs.edit")
    add_permission(app, "operations.read")
    add_permission(app, "operations.edit")
    app.url_map.converters["list"] = ListConverter
    app.register_blueprint(views.blueprint)
    app.jinja_env.globals["impersonation_refusal"] = impersonation.refusal
    may_enter = partial(can, "admin")
    nav.add(app, "main", "Admin", "admin.index", icon="shield", visible=may_enter, last=True)
    nav.add_part(app, "admin", "admin/_search.html", visible=may_enter)
    nav.add(app, "admin", "Overview", "admin.index", icon="home")
    personal_data.add(app, "saved-views", saved_views.of_user)
    users.init_app(app)
    audit.init_app(app)
    overview.init_app(app)
    may_invite = partial(can, "users.invite")
    nav.add(app, "admin", "Invitations", "admin.invitations", icon="mail", visible=may_invite)
    may_write = partial(can, "messages.send")
    nav.add(app, "admin", "Messages", "admin.messages", icon="inbox", visible=may_write)
    jobs.init_app(app)
    may_look = partial(can, "operations.read")
    nav.add(app, "admin", "Requests", "admin.requests", icon="chart", visible=may_look)
    nav.add(app, "admin", "Queries", "admin.queries", icon="database", visible=may_look)
    nav.add(app, "admin", "Exceptions", "admin.exceptions", icon="alert", visible=may_look)
    nav.add(app, "admin", "Health", "admin.health", icon="heart", visible=may_look)
