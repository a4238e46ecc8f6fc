"""The roles that a user can have, and their labels. See `permissions.add_permission`."""

from carafe.auth import ADMIN, DEFAULT_ROLE

ROLES = {DEFAULT_ROLE: "User", "staff": "Staff", ADMIN: "Administrator"}
