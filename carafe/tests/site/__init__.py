"""A sample app: the least that the engine needs, and a model with all that it offers."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

import carafe
from carafe import auth, personal_data
from carafe import demo as demo_data
from carafe.auth import identity_query, pages
from carafe.tests.site import (  # noqa: F401  (some only for what they register)
    account,
    activity,
    admin,
    data,
    deletion,
    demo,
    email,
    impersonation,
    invitations,
    magic_links,
    passkeys,
    pictures,
    providers,
    second_factors,
    sessions,
    slow_statements,
    things,
    views,
)
from carafe.tests.site.models import ROLES, User
from carafe.tests.site.settings import load


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    values = load(config)
    app = Flask(__name__, instance_path=values["INSTANCE_PATH"], static_folder=None)
    app.config.from_mapping(values)
    carafe.init_app(app)
    auth.register(app, User, ROLES, demo_emails=(demo.USER, demo.ADMIN))
    identity_query.add_identity_column(app, "name", lambda: User.name)
    for module in (
        views,
        account,
        activity,
        data,
        deletion,
        email,
        impersonation,
        invitations,
        passkeys,
        pictures,
        second_factors,
        sessions,
        things,
    ):
        app.register_blueprint(module.blueprint)
    pages.register(app, **views.PAGES)
    views.add_navigation(app)
    personal_data.add_section(app, "profile", data.profile)
    pictures.PICTURES.init_app(app, User.avatar)
    app.jinja_env.globals["provider_links"] = providers.provider_links
    admin.init_app(app)
    demo_data.add(app, demo.load)
    return app
