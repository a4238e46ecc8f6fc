"""Authentication for an app that brings its own `User`, roles, and pages."""

from collections.abc import Collection, Mapping

from flask import Flask

from app.auth import (
    access,
    checks,
    cli,
    identity,
    old_forms,
    permissions,
    providers,
    quotas,
    relying_party,
    sessions,
    users,
)
from app.auth.models import UserMixin


def init_app(
    app: Flask,
    user: type[UserMixin],
    roles: Mapping[str, str],
    *,
    demo_emails: Collection[str] = (),
) -> None:
    """Set up authentication. `roles` are names and labels; `pages.register` names the pages.

    `flask check` warns of the accounts of `demo_emails`.
    """
    users.register_model(user)
    permissions.init_app(app, roles)
    identity.init_app(app)
    access.init_app(app)
    sessions.init_app(app)
    old_forms.init_app(app)
    providers.init_app(app)
    relying_party.init_app(app)
    quotas.init_app(app)
    checks.init_app(app, demo_emails)
    app.cli.add_command(cli.users)
