"""Build and check the actions of a model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from flask import Flask

from carafe.admin.actions.declaration import TONES, Action
from carafe.admin.objects import deletion
from carafe.admin.options import ModelOptions
from carafe.auth.permissions import ADMIN, PERMISSIONS
from carafe.database import Base


def build_actions(options: ModelOptions) -> list[Action]:
    """Return the declared actions, and "delete" if the operation is enabled."""
    actions = [
        replace(action, permission=action.permission or options.permission("edit"))
        for action in options.actions
    ]
    if "delete" in options.operations:
        actions.append(_deletion(options))
    if len({action.name for action in actions}) < len(actions):
        raise options.error("actions", "Two actions have the same name.", "Use unique names.")
    for action in actions:
        if action.tone not in TONES:
            what = f"{action.name} has an unknown tone: {action.tone}."
            raise options.error("actions", what, f"Use {' or '.join(TONES)}.")
    if actions and options.key.type.python_type is not int:
        what = f"{options.key.name} is not an integer."
        raise options.error("actions", what, "Actions need an integer primary key.")
    return actions


def _deletion(options: ModelOptions) -> Action:
    return Action(
        "delete",
        "Delete",
        partial(_delete, options),
        done="deleted",
        permission=options.permission("delete"),
        tone="danger",
        deletes=True,
    )


def _delete(options: ModelOptions, row: Base) -> None:
    deletion.delete(options, row, is_one_of_many=True)


def check_permissions(app: Flask, options: ModelOptions, actions: Iterable[Action]) -> None:
    """Raise `ConfigError` for actions with an unknown permission."""
    granted = PERMISSIONS.by_name(app)[ADMIN]
    for action in actions:
        if action.permission not in granted:
            remedy = "Register it first: add_permission(app, …)."
            raise options.error("actions", f"Unknown permission: {action.permission}.", remedy)
