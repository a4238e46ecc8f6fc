"""Authentication for an app with its own `User`, roles, and pages."""

from collections.abc import Collection, Mapping

from flask import Flask
from flask_login import current_user

from carafe.audit import add_descriptions, add_phrases
from carafe.auth import (
    access,
    accounts,
    api_tokens,
    avatars,
    checks,
    cli,
    demo,
    identity,
    impersonation,
    interrupted_forms,
    old_forms,
    pages,
    passwords,
    permissions,
    providers,
    quotas,
    relying_party,
    sessions,
    two_factor,
    users,
    visitor_pages,
)
from carafe.auth.administration import change_denial_reason, ensure_can_grant
from carafe.auth.api_tokens import add_scope
from carafe.auth.demo import add_sample_users
from carafe.auth.descriptions import DESCRIPTIONS
from carafe.auth.fields import (
    EmailField,
    NetworksField,
    NewPasswordField,
    PasswordField,
    normalize_email,
)
from carafe.auth.identity import can, is_anonymous, is_logged_in
from carafe.auth.identity_query import add_identity_column
from carafe.auth.jobs import delete_later
from carafe.auth.limits import LIMITS
from carafe.auth.marks import (
    allow_without_two_factor,
    confirmed_required,
    fresh_login_required,
    login_required,
    no_impersonation,
    permission_required,
)
from carafe.auth.models import (
    Invitation,
    KnownDevice,
    LinkedAccount,
    Passkey,
    Session,
    Totp,
    UserMixin,
)
from carafe.auth.models.invitation import INVITE_PERMISSION
from carafe.auth.models.user_columns import NAME_LENGTH
from carafe.auth.models.user_mixin import ACTIVE_USERS
from carafe.auth.oversized_uploads import render_too_large
from carafe.auth.ownership import OwnerMixin
from carafe.auth.permissions import (
    ADMIN,
    DEFAULT_ROLE,
    add_permission,
    can_grant,
    grantable_roles,
)
from carafe.auth.phrases import PHRASES
from carafe.auth.reauthentication import require_fresh_login
from carafe.auth.redirects import redirect_target, redirect_to_step
from carafe.auth.signals import user_deleted
from carafe.auth.user_agents import device_label
from carafe.auth.visitor_pages import same_for_visitors
from carafe.web import palette
from carafe.web.routing import effect, public

__all__ = [
    "ACTIVE_USERS",
    "ADMIN",
    "DEFAULT_ROLE",
    "NAME_LENGTH",
    "EmailField",
    "Invitation",
    "KnownDevice",
    "LinkedAccount",
    "NetworksField",
    "NewPasswordField",
    "OwnerMixin",
    "Passkey",
    "PasswordField",
    "Session",
    "Totp",
    "UserMixin",
    "accounts",
    "add_identity_column",
    "add_permission",
    "add_sample_users",
    "add_scope",
    "allow_without_two_factor",
    "avatars",
    "can",
    "can_grant",
    "change_denial_reason",
    "confirmed_required",
    "current_user",
    "delete_later",
    "device_label",
    "effect",
    "ensure_can_grant",
    "fresh_login_required",
    "grantable_roles",
    "impersonation",
    "interrupted_forms",
    "is_anonymous",
    "is_logged_in",
    "login_required",
    "no_impersonation",
    "normalize_email",
    "pages",
    "passwords",
    "permission_required",
    "providers",
    "public",
    "quotas",
    "redirect_target",
    "redirect_to_step",
    "register",
    "render_too_large",
    "require_fresh_login",
    "same_for_visitors",
    "two_factor",
    "user_deleted",
]


def init_app(app: Flask) -> None:
    permissions.init_app(app)
    identity.init_app(app)
    access.init_app(app)
    sessions.init_app(app)
    visitor_pages.init_app(app)
    old_forms.init_app(app)
    relying_party.init_app(app)
    api_tokens.init_app(app)
    quotas.init_app(app)
    add_descriptions(app, DESCRIPTIONS)
    add_phrases(app, PHRASES)
    app.jinja_env.globals["limits"] = LIMITS
    palette.add_menu(app, "settings", "Settings", visible=is_logged_in)
    add_permission(app, INVITE_PERMISSION, setting="INVITATIONS")
    add_permission(app, impersonation.PERMISSION, setting="IMPERSONATION")
    add_permission(app, impersonation.WRITE_PERMISSION, setting="IMPERSONATION")
    app.cli.add_command(cli.users)
    demo.init_app(app)
    if app.config["APP_ENV"] == "development":
        from carafe.auth import previews

        previews.init_app(app)


def register(
    app: Flask,
    user: type[UserMixin],
    roles: Mapping[str, str],
    *,
    demo_emails: Collection[str] = (),
) -> None:
    """Register the app's `User` and its roles, as names with labels.

    `pages.register` registers the pages. `flask check` warns about the accounts in `demo_emails`.
    """
    users.register_model(user)
    permissions.register_roles(app, roles)
    checks.init_app(app, demo_emails)
