"""The roles that a user can have, and their labels. See `permissions.add_permission`."""

from app.auth.permissions import ADMIN

ROLES = {"user": "User", "staff": "Staff", ADMIN: "Administrator"}
