"""Authentication for an app that brings its own `User`, roles, and pages."""

from collections.abc import Collection, Mapping

from flask import Flask

from carafe.auth import (
    access,
    checks,
    cli,
    identity,
    jobs,
    old_forms,
    permissions,
    providers,
    quotas,
    relying_party,
    sessions,
    users,
)
from carafe.auth.models import UserMixin

__all__ = ["init_app", "jobs", "register"]


def init_app(app: Flask) -> None:
    permissions.init_app(app)
    identity.init_app(app)
    access.init_app(app)
    sessions.init_app(app)
    old_forms.init_app(app)
    providers.init_app(app)
    relying_party.init_app(app)
    quotas.init_app(app)
    app.cli.add_command(cli.users)
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
    """Hand over the app's `User` and roles, which are names and labels.

    `pages.register` names the pages. `flask check` warns of the accounts of `demo_emails`.
    """
    users.register_model(user)
    permissions.register_roles(app, roles)
    checks.init_app(app, demo_emails)
