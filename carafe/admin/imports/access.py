"""Permissions for imports."""

from flask_login import current_user

from carafe.admin.imports.spec import ImportSpec
from carafe.admin.model_admin import ModelAdmin, for_model
from carafe.admin.schema import related_model
from carafe.auth.permissions import permissions


def permissions_of(spec: ImportSpec) -> set[str]:
    """Return the permissions that an import needs.

    Errors reveal which rows exist, including related ones, so it needs to read those lists.
    """
    names = {spec.options.permission(operation) for operation in ["read", *spec.operations]}
    targets = [target for target in spec.targets.values() if target.lookup is not None]
    related = [for_model(related_model(target.column)) for target in targets]
    return names | {admin.permission("read") for admin in related if admin}


def may_import(admin: ModelAdmin) -> bool:
    """Return whether the current user may import into a list."""
    spec = admin.import_spec
    return spec is not None and permissions_of(spec) <= permissions(current_user.role)
