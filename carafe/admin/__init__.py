"""The admin: lists and pages of models, and pages about the running app."""

from functools import partial

from flask import Flask

from carafe import personal_data
from carafe.admin import demo, views
from carafe.admin.actions.declaration import Action, Button
from carafe.admin.blueprint import blueprint
from carafe.admin.columns import Column
from carafe.admin.demo import add_sample_view
from carafe.admin.imports.declaration import Field, Import
from carafe.admin.lists import saved_views
from carafe.admin.lists.filters import Choice, IsNull
from carafe.admin.lists.ranges import DateRange
from carafe.admin.lists.search import Exact, FullText, Prefix
from carafe.admin.model_admin import ADMINS
from carafe.admin.objects.declaration import Inline
from carafe.admin.objects.fields import RelationField
from carafe.admin.objects.page import PAGES
from carafe.admin.overview import cards, counts, series
from carafe.admin.overview.cards import Card, add_card
from carafe.admin.overview.counts import add_counts
from carafe.admin.pages import audit, jobs
from carafe.admin.registration import add
from carafe.admin.routing import ListConverter
from carafe.auth.identity import can
from carafe.auth.permissions import add_permission
from carafe.web import menus, palette

__all__ = [
    "Action",
    "Button",
    "Card",
    "Choice",
    "Column",
    "DateRange",
    "Exact",
    "Field",
    "FullText",
    "Import",
    "Inline",
    "IsNull",
    "Prefix",
    "RelationField",
    "add",
    "add_card",
    "add_counts",
    "add_sample_view",
    "blueprint",
    "series",
]


def init_app(app: Flask) -> None:
    ADMINS.init_app(app)
    PAGES.init_app(app)
    cards.CARDS.init_app(app)
    counts.READERS.init_app(app)
    add_permissions(app)
    app.url_map.converters["list"] = ListConverter
    app.register_blueprint(blueprint)
    personal_data.add_section(app, "saved-views", saved_views.export_for_user)
    add_navigation(app)
    demo.init_app(app)


def add_permissions(app: Flask) -> None:
    add_permission(app, "admin")
    add_permission(app, "audit.read")
    # Arguments, statements, and tracebacks can contain sensitive data: only for admins.
    add_permission(app, "jobs.read")
    add_permission(app, "jobs.edit")
    add_permission(app, "operations.read")
    add_permission(app, "operations.edit")


def add_navigation(app: Flask) -> None:
    """Add the admin to the main menu, and its pages to its own menu.

    The app's lists come before the pages about the running app.
    """
    is_visible = partial(can, "admin")
    menus.add(app, "main", "Admin", "admin.index", icon="shield", visible=is_visible, at_end=True)
    menus.add_part(app, "header", "admin/_search.html", visible=is_visible)
    palette.add_menu(app, "admin", "Admin", visible=is_visible)
    palette.add_search(app, "Search admin", "admin.search", visible=is_visible)
    menus.order_groups(app, "admin", ["Content", "People", "System"])
    menus.add(app, "admin", "Overview", "admin.index", icon="home")
    audit.init_app(app)
    jobs.init_app(app)
    new_exceptions = menus.Count("new", views.exceptions.count_new)
    for label, endpoint, icon, setting, count in (
        ("Requests", "admin.requests", "chart", "RECORDER", None),
        ("Queries", "admin.queries", "database", "RECORDER", None),
        ("Exceptions", "admin.exceptions", "alert", "RECORDER", new_exceptions),
        ("Health", "admin.health", "heart", None, None),
    ):
        visible = partial(can, "operations.read")
        menus.add(
            app,
            "admin",
            label,
            endpoint,
            icon=icon,
            visible=visible,
            setting=setting,
            at_end=True,
            group="System",
            count=count,
        )
