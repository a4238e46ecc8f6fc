"""Add pages for a model to the admin, with a few lines.

    admin.add(app, Note, columns=["title", "user.email", "updated_at"], form=["title"])

Each option has a default. Invalid options raise `ConfigError` when the app starts, with the model,
the option, and a remedy.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Flask

from carafe.admin.actions.building import build_actions, check_permissions
from carafe.admin.actions.buttons import add_buttons
from carafe.admin.attributes import Attributes
from carafe.admin.checks import validate_options
from carafe.admin.columns import Column
from carafe.admin.errors import check_key
from carafe.admin.imports.spec import build_import
from carafe.admin.lists.search import FullText
from carafe.admin.lists.spec import build_list
from carafe.admin.model_admin import ADMINS, ModelAdmin
from carafe.admin.objects.page import PAGES, DetailPage
from carafe.admin.options import ModelOptions
from carafe.admin.overview import series
from carafe.admin.overview.cards import Card, add_card
from carafe.auth.identity import can
from carafe.auth.permissions import add_permission
from carafe.config import ConfigError
from carafe.database import Base, fulltext
from carafe.web import menus


def add(app: Flask, model: type[Base], *, columns: Sequence[str | Column], **options: Any) -> None:
    """Add pages for a model: see `ModelOptions` for the options.

    Users need the permission "<name>.read", which admins have by default.
    """
    if not (isinstance(model, type) and issubclass(model, Base) and hasattr(model, "__table__")):
        raise ConfigError(
            f"admin.add({model!r}): {model!r} is not a model.", "Pass a mapped class."
        )
    name = options.pop("name", None) or f"{model.__name__.lower()}s"
    label = options.pop("label", None) or name.capitalize()
    validate_options(app, model, name, {"columns": columns, **options})
    admin = build(ModelOptions(model, name, label, columns, **options).with_defaults())
    add_permissions(app, admin)
    ADMINS.add(app, admin, name=name)
    if not admin.options.endpoint:
        PAGES.add(app, DetailPage(admin), name=name)
    add_buttons(app, admin)
    if admin.options.card:
        add_card(app, row_card(admin))
    declare_fulltext(app, admin)
    menus.add(
        app,
        "admin",
        label,
        "admin.list",
        values={"admin": name},
        icon=admin.options.icon,
        visible=partial(can, admin.permission("read")),
        at_end=admin.options.at_end,
        group=admin.options.group,
        count=admin.options.count,
    )


def build(options: ModelOptions) -> ModelAdmin:
    """Check the options of a model, and build its `ModelAdmin`."""
    check_key(options.model)
    attributes = Attributes(options.model)
    actions = build_actions(options)
    list_spec = build_list(options, attributes)
    import_spec = build_import(options, attributes, list_spec.filters) if options.imports else None
    return ModelAdmin(
        options.name,
        options,
        list_spec,
        {action.name: action for action in actions if action.bulk},
        [(action, action.button) for action in actions if action.button],
        import_spec,
    )


def add_permissions(app: Flask, admin: ModelAdmin) -> None:
    for operation in admin.options.operations:
        if operation not in admin.options.permissions:
            add_permission(app, admin.permission(operation))
    add_permission(app, admin.permission("edit"))
    actions = [*admin.actions.values(), *(action for action, _ in admin.buttons)]
    check_permissions(app, admin.options, actions)
    # For sharing saved views with all users who may read the list.
    add_permission(app, admin.permission("share"))


def row_card(admin: ModelAdmin) -> Card:
    """Return the card that counts rows by when they were created."""
    created_at = getattr(admin.model, "created_at", None)
    if created_at is None:
        raise admin.options.error(
            "card", "The model has no created_at.", "Use admin.add_card instead."
        )
    return Card(
        admin.name,
        admin.label,
        series.rows(created_at),
        admin.permission("read"),
        "admin.list",
        admin.options.card,
        values={"admin": admin.name},
    )


def declare_fulltext(app: Flask, admin: ModelAdmin) -> None:
    """Have migrations maintain the full-text indexes that searches of the list use."""
    for search in admin.list.searches:
        if isinstance(search, FullText):
            columns = [column.key for column in search.columns]
            fulltext.declare(app, search.key.table.name, columns)
