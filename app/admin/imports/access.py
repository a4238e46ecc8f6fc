"""Who may import into a list."""

from flask_login import current_user

from app.admin.declaration import Admin, of_model
from app.admin.imports.declaration import Plan
from app.admin.schema import referred_to_by
from app.auth.permissions import permissions


def permissions_of(plan: Plan) -> set[str]:
    """Return the permissions that an import needs.

    Its bad rows tell which rows there are already, and which there are of what they refer to.
    """
    needed = {plan.admin.permission(operation) for operation in ["read", *plan.operations]}
    targets = [target for target in plan.targets.values() if target.found_by is not None]
    others = [of_model(referred_to_by(target.column)) for target in targets]
    return needed | {other.permission("read") for other in others if other}


def may_import(admin: Admin) -> bool:
    """Return whether the one logged in may import into a list."""
    plan = admin.importing
    return plan is not None and permissions_of(plan) <= permissions(current_user.role)
