"""The roles a user can have, with their labels. `add_permission` says what each may do."""

from carafe.auth import ADMIN, DEFAULT_ROLE

ROLES = {DEFAULT_ROLE: "User", "staff": "Staff", ADMIN: "Admin"}
