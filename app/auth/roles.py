"""Roles, and the permissions that each has. A permission is a name such as "users.edit"."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app

ADMIN = "admin"
ROLES = {"user": "User", "staff": "Staff", ADMIN: "Administrator"}


def add_permission(app: Flask, name: str, *, roles: Iterable[str] = ()) -> None:
    """Make a permission known: administrators have it, and so do these roles."""
    for role in {ADMIN, *roles}:
        app.extensions["permissions"][role].add(name)


def permissions(role: str) -> set[str]:
    """The permissions of a role; of one that is not known any more, none."""
    granted: dict[str, set[str]] = current_app.extensions["permissions"]
    return granted.get(role, set())


def init_app(app: Flask) -> None:
    granted: dict[str, Any] = {role: set() for role in ROLES}
    app.extensions["permissions"] = granted
