"""What is wrong with a declaration at first sight, found before anything is made of it.

What needs the model's columns to be judged is found where those are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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
from carafe.web.templating import SPRITE, icon_names

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# What each of these holds several of.
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
CALLABLES = "save", "create", "delete", "refusal", "context"


def validate_options(app: Flask, model: Any, name: str, options: Mapping[str, Any]) -> None:
    """Raise `ConfigError` for the first thing that is wrong."""
    for option, what, remedy in _find_problem(app, name, options):
        raise config_error(model, option, what, remedy)


def _find_problem(app: Flask, name: str, options: Mapping[str, Any]) -> Any:
    known = [option.name for option in fields(ModelOptions) if option.name != "model"]
    for option in options.keys() - {*known}:
        yield option, "there is no such option.", f"Give some of {', '.join(known)}."
    if not NAME.fullmatch(name):
        remedy = 'Write up to 40 small letters, digits, "-" and "_".'
        yield "name", f"{name!r} cannot stand in a URL.", remedy
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    if name in ADMINS.by_name(app) or {f"/admin/{name}", f"/admin/{name}/"} & rules:
        yield "name", f"there is a page {name} already.", 'Give it another: name="…".'
    for option, kinds in ITEM_TYPES.items():
        if not isinstance(options.get(option, ()), Import):
            yield from _items(option, options.get(option, ()), kinds)
    if not options["columns"]:
        yield "columns", "there is none.", 'Name at least one: columns=["id"].'
    for option in CALLABLES:
        if options.get(option) is not None and not callable(options[option]):
            yield option, f"{options[option]!r} is no function.", "Give one, or leave it out."
    yield from _scopes(options.get("scopes", {}))
    yield from _operations(app, options)
    yield from _actions(options.get("actions", ()))
    yield from _pages(app, options)


def _items(option: str, options: Any, kinds: tuple[type, ...]) -> Any:
    wanted = " or ".join(kind.__name__ for kind in kinds)
    if not isinstance(options, (list, tuple)):
        yield option, f"{options!r} is no list.", f"Give a list of {wanted}."
        return
    for one in options:
        if not isinstance(one, kinds):
            yield option, f"{one!r} is none of {wanted}.", f"Give a list of {wanted}."


def _scopes(options: Any) -> Any:
    remedy = 'Give scopes={"mine": ("Mine", Model.column == …)}.'
    if not isinstance(options, Mapping):
        yield "scopes", f"{options!r} is no dict.", remedy
        return
    for name, one in options.items():
        if not _is_pair(one, lambda condition: isinstance(condition, ColumnElement)):
            yield "scopes", f"{name} is not a label and a condition.", remedy


def _operations(app: Flask, options: Mapping[str, Any]) -> Any:
    permissions = options.get("permissions", {})
    if not isinstance(permissions, Mapping):
        yield "permissions", f"{permissions!r} is no dict.", 'Give {"read": "users.read"}.'
        return
    for option in ("operations", "permissions"):
        for operation in {*options.get(option, ())} - {*OPERATIONS}:
            yield option, f"there is no {operation}.", f"Give some of {', '.join(OPERATIONS)}."
    if options.get("operations") and "read" not in options["operations"]:
        yield "operations", "there is no read, which a list needs.", 'Add "read".'
    made_known = set().union(*PERMISSIONS.by_name(app).values())
    for permission in permissions.values():
        if permission not in made_known:
            remedy = "Make it known first: add_permission(app, …)."
            yield "permissions", f"there is no permission {permission}.", remedy


def _actions(options: Any) -> Any:
    for one in options:
        if not callable(one.apply):
            yield "actions", f"{one.name} has no verb.", "Give a function of the row."
        if one.undo is not None and not _is_pair(one.undo, callable):
            yield "actions", f"the undo of {one.name} is not a label and a verb.", "Give both."
        if not isinstance(one.where, (ColumnElement, type(None))):
            yield "actions", f"where of {one.name} is no condition.", "Write Model.column == …."


def _pages(app: Flask, options: Mapping[str, Any]) -> Any:
    """Of forms, and of what is found by its name: it has to be there before."""
    form, below = options.get("form", ()), options.get("below")
    if not isinstance(form, (list, tuple)) and not (
        isinstance(form, type) and issubclass(form, Form)
    ):
        yield "form", f"{form!r} is no form.", 'Give a class of one, or attributes: ["title"].'
    if below is not None and not _is_pair(below, callable):
        yield "below", "it is not a template and a function.", "Give both."
    icon = options.get("icon")
    if icon and icon not in icon_names(app) and app.config["APP_ENV"] != "production":
        yield "icon", f"there is no icon {icon}.", f"Give one of {SPRITE}, or add it there."
    endpoint = options.get("endpoint")
    if endpoint and endpoint not in app.view_functions:
        yield "endpoint", f"there is no {endpoint}.", "Register its blueprint before."
    for option, name in ("template", options.get("template")), ("below", below and below[0]):
        if name and not _has_template(app, name):
            yield option, f"there is no template {name}.", "Register its blueprint before."


def _is_pair(options: Any, is_second: Callable[[Any], bool]) -> bool:
    is_pair = isinstance(options, (list, tuple)) and len(options) == 2
    return is_pair and isinstance(options[0], str) and is_second(options[1])


def _has_template(app: Flask, name: str) -> bool:
    try:
        app.jinja_env.loader.get_source(app.jinja_env, name)  # type: ignore[union-attr]
    except TemplateNotFound:
        return False
    return True
