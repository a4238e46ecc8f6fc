"""Who you are: register, confirm, log in, log out, reset; users, sessions and tokens.

Closed by default: a request for a view not marked `public` needs a signed-in user.
"""

from flask import Flask

from app.auth import (
    access,
    checks,
    cli,
    jobs,
    old_forms,
    permissions,
    providers,
    quotas,
    relying_party,
    views,
)
from app.auth.demo import load
from app.auth.roles import ROLES
from app.core import samples

__all__ = ["init_app", "jobs"]


def init_app(app: Flask) -> None:
    permissions.init_app(app, ROLES)
    access.init_app(app)
    old_forms.init_app(app)
    providers.init_app(app)
    relying_party.init_app(app)
    app.register_blueprint(views.blueprint)
    views.init_app(app)
    quotas.init_app(app)
    app.cli.add_command(cli.users)
    samples.add(app, load)
    checks.init_app(app)
    if app.config["APP_ENV"] == "development":
        from app.auth import previews

        previews.init_app(app)
