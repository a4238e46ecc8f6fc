"""Roles, and the permissions that each has. A permission is a name such as "users.edit"."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, current_app
from werkzeug.exceptions import Conflict

ADMIN = "admin"
# What unconfirmed users have in its place: no permission.
NO_ROLE = ""
ROLES = {"user": "User", "staff": "Staff", ADMIN: "Administrator"}


def add_permission(app: Flask, name: str, *, roles: Iterable[str] = ()) -> None:
    """Make a permission known: administrators have it, and so do these roles."""
    for role in {ADMIN, *roles}:
        app.extensions["permissions"][role].add(name)


def permissions(role: str) -> set[str]:
    """The permissions of a role; of one that is not known any more, none."""
    granted: dict[str, set[str]] = current_app.extensions["permissions"]
    return granted.get(role, set())


def within(role: str, own: str) -> bool:
    """Whether somebody whose role is `own` may give, and change those who have, `role`.

    Not with a permission that they lack: they would give it to themselves by way of another.
    """
    return permissions(role) <= permissions(own)


class LastAdminError(Conflict):
    """Nobody would be left who can look after the others."""

    def __init__(self) -> None:
        super().__init__(
            "This is the last administrator. Make somebody else one first, then try again."
        )


def init_app(app: Flask) -> None:
    granted: dict[str, Any] = {role: set() for role in ROLES}
    app.extensions["permissions"] = granted
