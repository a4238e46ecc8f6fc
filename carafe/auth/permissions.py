"""Permissions, and which of them each role has. A permission is a name such as "users.edit"."""

from collections.abc import Iterable, Mapping

from flask import Flask, current_app
from werkzeug.exceptions import Conflict

from carafe.config import ConfigError
from carafe.registry import Registry

# The role that has all permissions.
ADMIN = "admin"
# The role of users who sign up.
DEFAULT_ROLE = "user"
# What unconfirmed users have instead of their role: no permissions.
NO_ROLE = ""

# Names of permissions, by role.
PERMISSIONS = Registry[set[str]]("permissions", "role")


def add_permission(
    app: Flask, name: str, *, roles: Iterable[str] = (), setting: str | None = None
) -> None:
    """Add a permission for admins and these roles.

    With a `setting`, such as "INVITATIONS", nobody has it if that is off.
    """
    if setting and not app.config[setting]:
        return
    for role in {ADMIN, *roles}:
        PERMISSIONS.by_name(app).setdefault(role, set()).add(name)


def permissions(role: str) -> set[str]:
    """Return the permissions of a role; none for a role that no longer exists."""
    return PERMISSIONS.get(role) or set()


def can_grant(role: str, limit: str) -> bool:
    """Return whether a user with the role `limit` can grant `role`, and change users who have it.

    Not if it has permissions they lack, which they could gain through another user.
    """
    return permissions(role) <= permissions(limit)


def grantable_roles(limit: str) -> dict[str, str]:
    """Return the roles that a user with the role `limit` can grant, with their labels."""
    labels: dict[str, str] = current_app.extensions["roles"]
    return {role: label for role, label in labels.items() if can_grant(role, limit)}


class LastAdminError(Conflict):
    """Nobody would be left who can manage users."""

    def __init__(self) -> None:
        super().__init__("This is the last admin. Make someone else an admin first.")


def init_app(app: Flask) -> None:
    PERMISSIONS.init_app(app)


def register_roles(app: Flask, roles: Mapping[str, str]) -> None:
    """Register the app's roles: their names, and their labels on pages."""
    for role in (DEFAULT_ROLE, ADMIN):
        if role not in roles:
            raise ConfigError(f'No role is called "{role}".', "Add one to ROLES.")
    app.extensions["roles"] = {**roles}
    for role in roles:
        PERMISSIONS.by_name(app).setdefault(role, set())
