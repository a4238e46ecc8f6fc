"""The administration: lists and pages of declared models, and pages about how the app runs."""

from functools import partial

from flask import Flask

from app.account import personal_data
from app.admin import views
from app.admin.actions.declaration import Action
from app.admin.blueprint import blueprint
from app.admin.columns import Column
from app.admin.imports.declaration import Field, Import
from app.admin.lists import saved_views
from app.admin.lists.filters import Choice, Empty
from app.admin.lists.ranges import DateRange
from app.admin.lists.search import Exact, FullText, Prefix
from app.admin.model_admin import ADMINS
from app.admin.objects.declaration import Inline
from app.admin.objects.fields import RelationField
from app.admin.objects.page import PAGES
from app.admin.overview import cards, counts, series
from app.admin.overview.cards import Card, add_card
from app.admin.overview.counts import add_counts
from app.admin.pages import audit, jobs
from app.admin.registration import add
from app.admin.routing import ListConverter
from app.auth.identity import can
from app.auth.permissions import add_permission
from app.core import nav
from app.core.forms import ChoiceField

__all__ = [
    "Action",
    "Card",
    "Choice",
    "ChoiceField",
    "Column",
    "DateRange",
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
    "add_counts",
    "blueprint",
    "series",
    "views",
]


def init_app(app: Flask) -> None:
    ADMINS.init_app(app)
    PAGES.init_app(app)
    cards.CARDS.init_app(app)
    counts.READERS.init_app(app)
    add_permissions(app)
    app.url_map.converters["list"] = ListConverter
    app.register_blueprint(blueprint)
    personal_data.add(app, "saved-views", saved_views.of_user)
    add_navigation(app)


def add_permissions(app: Flask) -> None:
    add_permission(app, "admin", roles=["staff"])
    add_permission(app, "audit.read", roles=["staff"])
    # Arguments, statements, and tracebacks reveal a lot, so only administrators may read them.
    add_permission(app, "jobs.read")
    add_permission(app, "jobs.edit")
    add_permission(app, "operations.read")
    add_permission(app, "operations.edit")


def add_navigation(app: Flask) -> None:
    """Add the administration to the main menu, and its pages to its own menu.

    Lists of the app's features come before the pages about how the app runs.
    """
    may_enter = partial(can, "admin")
    nav.add(app, "main", "Admin", "admin.index", icon="shield", visible=may_enter, last=True)
    nav.add_part(app, "admin", "admin/_search.html", visible=may_enter)
    nav.add(app, "admin", "Overview", "admin.index", icon="home")
    audit.init_app(app)
    jobs.init_app(app)
    for label, endpoint, icon in (
        ("Requests", "admin.requests", "chart"),
        ("Queries", "admin.queries", "database"),
        ("Exceptions", "admin.exceptions", "alert"),
        ("Health", "admin.health", "heart"),
    ):
        visible = partial(can, "operations.read")
        nav.add(app, "admin", label, endpoint, icon=icon, visible=visible, last=True)
