"""Check the options of `add` before anything is built from them.

Options that refer to columns of the model are checked when those are resolved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from flask import Flask
from jinja2 import TemplateNotFound
from sqlalchemy import ColumnElement
from wtforms import Form

from carafe.admin.actions.declaration import Action
from carafe.admin.columns import Column
from carafe.admin.errors import config_error
from carafe.admin.imports.declaration import Field, Import
from carafe.admin.lists.filters import Filter
from carafe.admin.lists.search import Search
from carafe.admin.model_admin import ADMINS
from carafe.admin.objects.declaration import Inline
from carafe.admin.options import OPERATIONS, ModelOptions
from carafe.auth.permissions import PERMISSIONS
from carafe.database import Base
from carafe.web.templating import SPRITE, icon_names

Options = Mapping[str, Any]
# Option, problem, and remedy.
Problems = Iterator[tuple[str, str, str]]

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# The types of items in options that are lists.
ITEM_TYPES: dict[str, tuple[type, ...]] = {
    "columns": (str, Column),
    "optional": (str, Column),
    "search": (str, Search),
    "filters": (str, Filter),
    "sorts": (str,),
    "operations": (str,),
    "actions": (Action,),
    "read_only": (str, Column),
    "private": (str,),
    "inlines": (Inline,),
    "imports": (str, Field),
}
CALLABLES = "save", "create", "delete", "denial_reason", "context"


def validate_options(app: Flask, model: type[Base], name: str, options: Options) -> None:
    """Raise `ConfigError` for the first problem."""
    for option, what, remedy in _find_problems(app, name, options):
        raise config_error(model, option, what, remedy)


def _find_problems(app: Flask, name: str, options: Options) -> Problems:
    names = [option.name for option in fields(ModelOptions) if option.name != "model"]
    for option in options.keys() - {*names}:
        yield option, "Unknown option.", f"Use one or more of {', '.join(names)}."
    yield from _name(app, name)
    for option, kinds in ITEM_TYPES.items():
        if not isinstance(options.get(option, ()), Import):
            yield from _items(option, options.get(option, ()), kinds)
    if not options["columns"]:
        yield "columns", "The list is empty.", 'Pass at least one: columns=["id"].'
    for option in CALLABLES:
        if options.get(option) is not None and not callable(options[option]):
            yield option, f"{options[option]!r} is not callable.", "Pass a function, or omit it."
    yield from _scopes(options.get("scopes", {}))
    yield from _operations(app, options)
    yield from _actions(options.get("actions", ()))
    yield from _form_and_footer(options)
    yield from _pages(app, options)


def _name(app: Flask, name: str) -> Problems:
    if not NAME.fullmatch(name):
        remedy = 'Use up to 40 lowercase letters, digits, "-", and "_".'
        yield "name", f"{name!r} can't be used in a URL.", remedy
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    if name in ADMINS.by_name(app) or {f"/admin/{name}", f"/admin/{name}/"} & rules:
        yield "name", f"The page {name} already exists.", 'Pass another name: name="…".'


def _items(option: str, items: object, kinds: tuple[type, ...]) -> Problems:
    expected = " or ".join(kind.__name__ for kind in kinds)
    if not isinstance(items, (list, tuple)):
        yield option, f"{items!r} is not a list.", f"Pass a list of {expected}."
        return
    for item in items:
        if not isinstance(item, kinds):
            yield option, f"{item!r} is not one of {expected}.", f"Pass a list of {expected}."


def _scopes(scopes: object) -> Problems:
    remedy = 'Pass scopes={"mine": ("Mine", Model.column == …)}.'
    if not isinstance(scopes, Mapping):
        yield "scopes", f"{scopes!r} is not a dict.", remedy
        return
    for name, scope in scopes.items():
        if not _is_pair(scope, lambda condition: isinstance(condition, ColumnElement)):
            yield "scopes", f"{name} must be a (label, condition) pair.", remedy


def _operations(app: Flask, options: Options) -> Problems:
    permissions = options.get("permissions", {})
    if not isinstance(permissions, Mapping):
        yield "permissions", f"{permissions!r} is not a dict.", 'Pass {"read": "users.read"}.'
        return
    for option in ("operations", "permissions"):
        for operation in {*options.get(option, ())} - {*OPERATIONS}:
            yield (
                option,
                f"Unknown operation: {operation}.",
                f"Use one or more of {', '.join(OPERATIONS)}.",
            )
    if options.get("operations") and "read" not in options["operations"]:
        yield "operations", '"read" is missing; every list needs it.', 'Add "read".'
    known_permissions = set().union(*PERMISSIONS.by_name(app).values())
    for permission in permissions.values():
        if permission not in known_permissions:
            remedy = "Register it first: add_permission(app, …)."
            yield "permissions", f"Unknown permission: {permission}.", remedy


def _actions(actions: Iterable[Any]) -> Problems:
    for action in actions:
        if not callable(action.apply):
            yield (
                "actions",
                f"{action.name} has no callable.",
                "Pass a function that takes the row.",
            )
        if action.undo is not None and not _is_pair(action.undo, callable):
            yield (
                "actions",
                f"undo of {action.name} must be a (label, function) pair.",
                "Pass both.",
            )
        if not isinstance(action.where, (ColumnElement, type(None))):
            yield (
                "actions",
                f"where of {action.name} is not a SQLAlchemy condition.",
                "Use Model.column == ….",
            )
        if action.button is None and not action.bulk:
            yield "actions", f"Nothing applies {action.name}.", "Pass a button, or omit bulk=False."


def _form_and_footer(options: Options) -> Problems:
    form, footer = options.get("form", ()), options.get("footer")
    if not isinstance(form, (list, tuple)) and not (
        isinstance(form, type) and issubclass(form, Form)
    ):
        yield (
            "form",
            f"{form!r} is not a form class.",
            'Pass a form class, or attribute names: ["title"].',
        )
    if footer is not None and not _is_pair(footer, callable):
        yield "footer", "Must be a (template, function) pair.", "Pass both."


def _pages(app: Flask, options: Options) -> Problems:
    """Yield problems with the names of icons, endpoints, and templates."""
    footer = options.get("footer")
    icon = options.get("icon")
    if icon and icon not in icon_names(app) and app.config["APP_ENV"] != "production":
        yield "icon", f"Unknown icon: {icon}.", f"Use one from {SPRITE}, or add it there."
    endpoint = options.get("endpoint")
    if endpoint and endpoint not in app.view_functions:
        yield "endpoint", f"Unknown endpoint: {endpoint}.", "Register its blueprint first."
    for option, name in ("template", options.get("template")), ("footer", footer and footer[0]):
        if name and not _has_template(app, name):
            yield option, f"Template not found: {name}.", "Register its blueprint first."


def _is_pair(value: object, is_second: Callable[[object], bool]) -> bool:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return False
    return isinstance(value[0], str) and is_second(value[1])


def _has_template(app: Flask, name: str) -> bool:
    try:
        app.jinja_env.loader.get_source(app.jinja_env, name)  # type: ignore[union-attr]
    except TemplateNotFound:
        return False
    return True
