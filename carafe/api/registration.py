"""Registration of resources, from their declarations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask

from carafe.api import views
from carafe.api.blueprint import Blueprint, add_blueprint
from carafe.api.fields import Field
from carafe.api.resource import READING, RESOURCES, Resource
from carafe.auth import add_scope
from carafe.database import Base


def add(
    app: Flask,
    model: type[Base],
    *,
    fields: Sequence[str | Field] = (),
    name: str = "",
    blueprint: Blueprint | None = None,
    **options: Any,
) -> None:
    """Give programs access to a model's rows. `Resource` explains the options.

        api.add(app, Note, fields=["title", "body"], sort=["created_at"], owner="user_id")

    `blueprint` has operations of your own, beside these or in place of some. Raises `ConfigError`,
    with the remedy, if a declaration can't work.
    """
    if not app.config["API"]:
        return
    name = name or f"{model.__tablename__.replace('_', '-')}s"
    resource = Resource(model, name, fields, **options)
    RESOURCES.add(app, resource, name=name)
    if {*READING} & {*resource.operations}:
        add_scope(app, f"{name}:read", f"Read {resource.label.lower()}")
    if {*resource.operations} - {*READING}:
        add_scope(app, f"{name}:write", resource.write_label)
    blueprint = blueprint or Blueprint(name, __name__)
    views.add_operations(blueprint, resource)
    add_blueprint(app, blueprint)
